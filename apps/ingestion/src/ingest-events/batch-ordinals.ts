import type { OrdinalBlocks } from './ordinal-blocks.js';

/** The ordinals of one attempt at a batch, whose plan may be made several times. */
export class BatchOrdinals {
  /** Taken from the blocks and not given to a person. */
  private readonly spare = new Map<number, number[]>();
  /** Given to persons of the latest plan. */
  private readonly used = new Map<number, number[]>();

  constructor(private readonly blocks: OrdinalBlocks) {}

  /** Once a project a plan. */
  async take(projectId: number, count: number): Promise<number[]> {
    const spare = this.spare.get(projectId) ?? [];
    if (spare.length < count) {
      spare.push(...(await this.blocks.take(projectId, count - spare.length)));
    }
    const ordinals = spare.splice(0, count);
    this.spare.set(projectId, spare);
    this.used.set(projectId, ordinals);
    return ordinals;
  }

  /** A new plan begins: nobody has an ordinal. */
  rewind(): void {
    for (const [projectId, ordinals] of this.used) {
      this.spare.get(projectId)?.unshift(...ordinals);
    }
    this.used.clear();
  }

  /** COMMIT will be sent. Whether it took place nobody may ever learn, so what is used now is never used again. */
  keep(): void {
    this.used.clear();
  }

  /** The attempt is over: what no person can have got is free for the next one. */
  giveBack(): void {
    this.rewind();
    for (const [projectId, ordinals] of this.spare) {
      this.blocks.giveBack(projectId, ordinals);
    }
    this.spare.clear();
  }
}
