import { setTimeout as sleep } from 'node:timers/promises';

import type { PartitionRun } from './partition-run.js';

/** What a batch costs, whatever it holds, is shared by more messages when they gather on the broker before the next. */
export interface RestPolicy {
  /** So many times as long as the batch took: what is cheap comes soon again. */
  readonly times: number;
  readonly atMostMs: number;
}

/** A message out of the blue never waits: only what comes right after a batch does. Behind there is no rest; there is enough already. */
export async function rest(startedAt: number, runs: readonly PartitionRun[], policy: RestPolicy): Promise<void> {
  const ms = Math.min(policy.atMostMs, policy.times * (performance.now() - startedAt));
  const signal = runs[0]?.signal;
  if (ms > 0 && signal?.aborted === false && !runs.some(({ isBehind }) => isBehind)) {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
