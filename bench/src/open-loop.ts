import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds until an answer was there. */
export interface Latency {
  readonly sinceSent: number;
  /** Hides nothing: the client's timer, which is a millisecond coarse, and its own waits for a processor before it sent are in there too. */
  readonly sinceDue: number;
}

/** Starts `work` at a fixed rate whatever the answers do: a slow answer keeps no request back (no coordinated omission). */
export async function openLoop(
  perSecond: number,
  forMs: number,
  work: (index: number) => Promise<unknown>,
): Promise<Latency[]> {
  const running: Promise<Latency>[] = [];
  const startedAt = performance.now();
  const total = Math.floor((perSecond * forMs) / 1_000);
  // The first is due after one interval.
  const nextDue = () => startedAt + ((running.length + 1) * 1_000) / perSecond;
  while (running.length < total) {
    while (running.length < total && nextDue() <= performance.now()) {
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
