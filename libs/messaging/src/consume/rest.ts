import { setTimeout as sleep } from 'node:timers/promises';

import type { PartitionRun } from './partition-run.js';

/** What a batch costs, whatever it holds, is shared by more messages when they gather on the broker before the next. */
export interface RestPolicy {
  /** So many times as long as the batch took: what is cheap comes soon again. */
  readonly times: number;
  readonly atMostMs: number;
}

type Run = Pick<PartitionRun, 'isBehind' | 'mayGoOn' | 'signal'>;

/**
 * After a batch that took all there was. A message out of the blue finds nobody at rest.
 * @param tookMs the batch
 * @param underway all runs that are fetched and not done: while one of them is behind there is enough to do
 */
export function restMs(tookMs: number, underway: readonly Run[], { times, atMostMs }: RestPolicy): number {
  const isDue = underway.every(({ isBehind, mayGoOn }) => mayGoOn && !isBehind);
  return isDue ? Math.min(atMostMs, times * tookMs) : 0;
}

/** As long as {@link restMs} says, or until the process stops. */
export async function rest(tookMs: number, underway: readonly Run[], policy: RestPolicy): Promise<void> {
  const ms = restMs(tookMs, underway, policy);
  const [first] = underway;
  if (ms > 0 && first !== undefined) {
    await sleep(ms, undefined, { signal: first.signal }).catch(() => undefined);
  }
}
