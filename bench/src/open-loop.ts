import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds until an answer was there. */
export interface Latency {
  readonly sinceSent: number;
  /** The client's timer, which is a millisecond coarse, and its own wait for a processor are in there. */
  readonly sinceDue: number;
}

/** Starts `work` at a fixed rate whatever the answers do, so that a slow moment is not hidden (no coordinated omission). */
export async function openLoop(
  perSecond: number,
  forMs: number,
  work: (index: number) => Promise<unknown>,
): Promise<Latency[]> {
  const running: Promise<Latency>[] = [];
  const startedAt = performance.now();
  // The first is due after one interval.
  const nextDue = () => startedAt + ((running.length + 1) * 1_000) / perSecond;
  while (performance.now() - startedAt < forMs) {
    while (nextDue() <= performance.now()) {
      const index = running.length;
      running.push(timed(nextDue(), () => work(index)));
    }
    await sleep(Math.max(1, Math.ceil(nextDue() - performance.now())));
  }
  return Promise.all(running);
}

async function timed(dueAt: number, work: () => Promise<unknown>): Promise<Latency> {
  const sentAt = performance.now();
  await work();
  const now = performance.now();
  return { sinceSent: now - sentAt, sinceDue: now - dueAt };
}
