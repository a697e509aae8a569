import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Topic } from '#contracts';

import type { Actor } from './act.js';
import type { AttemptLog } from './attempts.js';
import type { Decider } from './decide.js';
import { type Item, itemOf } from './item.js';
import type { PartitionRun } from './partition-run.js';
import { rest, type RestPolicy } from './rest.js';
import { Slots } from './slots.js';

/** How the messages of a topic reach its handler. */
export interface Lane {
  /** Goes through the partition's messages until the run is over. @throws what a commit throws */
  travel(run: PartitionRun): Promise<void>;
}

export interface LaneParts {
  readonly topic: Topic;
  readonly decider: Decider;
  readonly actor: Actor;
  readonly attempts: AttemptLog;
}

/** One message a call, in order within a partition, a few partitions at a time. */
export class SingleLane implements Lane {
  private readonly slots: Slots;

  constructor(
    private readonly parts: LaneParts,
    callsAtOnce: number,
  ) {
    this.slots = new Slots(callsAtOnce);
  }

  async travel(run: PartitionRun): Promise<void> {
    while (!run.isOver) {
      await this.slots.run(async () => this.step(run));
      await run.commitIfDue();
    }
  }

  private async step(run: PartitionRun): Promise<void> {
    if (!run.isOver) {
      const items = run.upcoming(1).map((raw) => itemOf(this.parts.topic, run, raw, this.parts.attempts));
      await this.parts.decider.decide(items);
      await this.parts.actor.act(items);
    }
  }
}

interface Passenger {
  readonly run: PartitionRun;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many messages a call, those of all partitions that have some together: what a call costs (a transaction, a commit) is then paid
 * once. A few calls at a time, each with partitions of its own; what arrives meanwhile shares the next.
 */
export class CombiningLane implements Lane {
  private waiting: Passenger[] = [];
  private readonly underway = new Set<PartitionRun>();
  private running = 0;

  constructor(
    private readonly parts: LaneParts,
    private readonly options: { readonly maxBatch: number; readonly callsAtOnce: number; readonly rest: RestPolicy },
  ) {}

  async travel(run: PartitionRun): Promise<void> {
    this.underway.add(run);
    try {
      while (!run.isOver) {
        await new Promise<void>((resolve, reject) => {
          this.waiting.push({ run, resolve, reject });
          void this.runRounds();
        });
      }
    } finally {
      this.underway.delete(run);
    }
  }

  private async runRounds(): Promise<void> {
    if (this.running >= this.options.callsAtOnce) {
      return;
    }
    this.running += 1;
    // The other partitions of the fetch arrive in this turn of the event loop.
    await nextTurn();
    while (this.waiting.length > 0) {
      const passengers = this.board();
      if (this.waiting.length > 0) {
        void this.runRounds();
      }
      await this.round(passengers);
      await nextTurn();
    }
    this.running -= 1;
  }

  /** Takes all who wait or, in a backlog with calls beside this one, as many as fill a batch: the others are for those. */
  private board(): Passenger[] {
    if (this.options.callsAtOnce === 1) {
      return this.waiting.splice(0);
    }
    let messages = 0;
    const full = this.waiting.findIndex(({ run }) => (messages += run.remaining) >= this.options.maxBatch);
    return this.waiting.splice(0, full === -1 ? this.waiting.length : full + 1);
  }

  private async round(passengers: readonly Passenger[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const runs = passengers.map(({ run }) => run).filter((run) => !run.isOver);
      const items = this.gather(runs);
      await this.parts.decider.decide(items);
      await this.parts.actor.act(items);
      await runs[0]?.commit();
      await rest(performance.now() - startedAt, [...this.underway], this.options.rest);
      passengers.forEach(({ resolve }) => {
        resolve();
      });
    } catch (error) {
      passengers.forEach(({ reject }) => {
        reject(error);
      });
    }
  }

  private gather(runs: readonly PartitionRun[]): Item[] {
    const shares = fairShares(
      runs.map(({ remaining }) => remaining),
      this.options.maxBatch,
    );
    return runs.flatMap((run, index) =>
      run.upcoming(shares[index] ?? 0).map((raw) => itemOf(this.parts.topic, run, raw, this.parts.attempts)),
    );
  }
}

/** Splits `total` so that a full partition cannot starve the others, and nothing is left free while somebody has more. */
export function fairShares(wanted: readonly number[], total: number): number[] {
  const shares = wanted.map(() => 0);
  let left = total;
  const byNeed = wanted.map((count, index) => ({ count, index })).sort((one, other) => one.count - other.count);
  byNeed.forEach(({ count, index }, place) => {
    const share = Math.min(count, Math.ceil(left / (byNeed.length - place)));
    shares[index] = share;
    left -= share;
  });
  return shares;
}
