import type { BlockMembers } from './block-members.js';

/** Blocks in memory, at most so many bytes; the one that was not asked for the longest makes room. */
export class BlockCache {
  private readonly blocks = new Map<string, BlockMembers>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get size(): number {
    return this.bytes;
  }

  get(key: string): BlockMembers | undefined {
    const members = this.blocks.get(key);
    if (members !== undefined) {
      this.blocks.delete(key);
      this.blocks.set(key, members);
    }
    return members;
  }

  /** Takes a block over, or one whose size has changed back. It stays until another comes, however large it is. */
  put(key: string, members: BlockMembers): void {
    this.blocks.delete(key);
    this.blocks.set(key, members);
    this.bytes = this.sum();
    for (const oldest of this.blocks.keys()) {
      if (this.bytes <= this.maxBytes || oldest === key) {
        return;
      }
      this.drop(oldest);
    }
  }

  clear(): void {
    this.blocks.clear();
    this.bytes = 0;
  }

  private drop(key: string): void {
    this.blocks.delete(key);
    this.bytes = this.sum();
  }

  /** Added up anew: blocks grow and shrink in place, and there are few of them. */
  private sum(): number {
    return [...this.blocks.values()].reduce((total, { bytes }) => total + bytes, 0);
  }
}
