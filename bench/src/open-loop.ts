import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts `work` at a fixed rate whatever the answers do, so that a slow moment is not hidden (no coordinated omission).
 * @returns milliseconds of each, from its start: up to two after it was due, as timers go
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
      running.push(timed(work, running.length));
    }
    await sleep(1);
  }
  return Promise.all(running);
}

async function timed(work: (index: number) => Promise<unknown>, index: number): Promise<number> {
  const startedAt = performance.now();
  await work(index);
  return performance.now() - startedAt;
}
