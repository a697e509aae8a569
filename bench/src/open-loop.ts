import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts `work` at a fixed rate whatever the answers do, so that a slow moment is not hidden (no coordinated omission).
 * @returns milliseconds of each, from when it was due: the timer, and a client that had no processor, are in there
 */
export async function openLoop(
  perSecond: number,
  forMs: number,
  work: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const running: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - startedAt) {
    const due = Math.floor((elapsed * perSecond) / 1_000);
    while (running.length < due) {
      const index = running.length;
      // The first is due after one interval.
      running.push(timed(startedAt + ((index + 1) * 1_000) / perSecond, () => work(index)));
    }
    await sleep(1);
  }
  return Promise.all(running);
}

async function timed(dueAt: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  return performance.now() - dueAt;
}
