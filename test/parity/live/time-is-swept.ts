import { eventually } from '#testing';

import { readMetric } from './read-metric.js';

const WITHIN_MS = 120_000;

interface Sweeper {
  readonly turns: number;
  readonly lag: number;
}

/** Until every replica has begun and ended a turn of its sweeper since the call, and none has anything left over. @param urls of the replicas, as they are now */
export async function timeIsSwept(urls: () => readonly string[]): Promise<void> {
  let before: ReadonlyMap<string, Sweeper> = new Map();
  await eventually(
    async () => {
      const now = new Map(await Promise.all(urls().map(async (url) => [url, await readSweeper(url)] as const)));
      if (now.size === 0 || [...now.keys()].some((url) => !before.has(url))) {
        before = now;
      }
      for (const [url, { turns, lag }] of now) {
        // The first of the two may have been under way.
        expect(turns).toBeGreaterThanOrEqual(before.get(url)!.turns + 2);
        expect({ url, lag }).toEqual({ url, lag: 0 });
      }
      expect(now.size).toBe(before.size);
    },
    { withinMs: WITHIN_MS },
  );
}

async function readSweeper(url: string): Promise<Sweeper> {
  const [turns, lag] = await Promise.all([
    readMetric(url, 'muster_realtime_sweep_turns_total'),
    readMetric(url, 'realtime_sweep_lag_seconds'),
  ]);
  return { turns, lag };
}
