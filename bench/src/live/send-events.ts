import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { eventKey, TOPICS } from '#contracts';

import type { BenchStack } from '../bench-stack.js';

const NAMES = ['buy', 'renew', '$pageview', 'login', 'search', 'share'];
const TICK_MS = 10;
/** One event in so many is of a person whose membership is watched. */
const MARK_EVERY = 20;
const MARKS_A_SECOND = 100;

export interface Load {
  readonly projectId: number;
  readonly persons: number;
  readonly perSecond: number;
  readonly forMs: number;
  /** Ordinals of the persons marked in this run lie from here on. */
  readonly firstMarked: number;
  /** Instead of the usual mixture: all events but the marks are these, and say nothing of their persons. */
  readonly event?: string;
}

export interface SentEvents {
  readonly count: number;
  /** When the event that marks a person was handed over, by ordinal. */
  readonly marked: ReadonlyMap<number, number>;
}

/** Sends events at a fixed rate, whatever becomes of them; some each second mark a person who has not been marked before. */
export async function sendEvents({ connection }: BenchStack, load: Load): Promise<SentEvents> {
  const producer = connection.kafka.producer();
  await producer.connect();
  const topic = connection.physical(TOPICS.events.name);
  const marked = new Map<number, number>();
  const sends: Promise<unknown>[] = [];
  const markEvery = Math.max(MARK_EVERY, Math.ceil(load.perSecond / MARKS_A_SECOND));
  const startedAt = performance.now();
  let count = 0;
  for (let elapsed = 0; elapsed < load.forMs; elapsed = performance.now() - startedAt) {
    const due = Math.floor((elapsed * load.perSecond) / 1_000);
    const messages = [];
    for (; count < due; count += 1) {
      const isMark = count % markEvery === 0;
      const ordinal = isMark ? load.firstMarked + marked.size : Math.floor(Math.random() * load.persons);
      if (isMark) {
        marked.set(ordinal, performance.now());
      }
      messages.push(record(load, ordinal, isMark));
    }
    if (messages.length > 0) {
      sends.push(producer.send({ topic, messages, acks: -1 }));
    }
    await sleep(TICK_MS);
  }
  await Promise.all(sends);
  await producer.disconnect();
  return { count, marked };
}

function record({ projectId, event: usual }: Load, ordinal: number, isMark: boolean): { key: string; value: string } {
  const distinctId = `d${ordinal}`;
  const now = new Date().toISOString();
  const event = {
    schema_version: 1,
    project_id: projectId,
    uuid: randomUUID(),
    distinct_id: distinctId,
    event: isMark ? 'mark' : (usual ?? NAMES[Math.floor(Math.random() * NAMES.length)] ?? ''),
    timestamp: now,
    received_at: now,
    properties: {
      amount: Math.floor(Math.random() * 500),
      $browser: 'Firefox',
      ...(usual === undefined || isMark ? changes(isMark) : {}),
    },
  };
  return { key: eventKey(projectId, distinctId), value: JSON.stringify(event) };
}

/** A third of the events says something of its person, half of it new. */
function changes(isMark: boolean): object {
  if (isMark) {
    return { $set: { marked: true } };
  }
  const dice = Math.random();
  return dice < 0.33
    ? { $set: { plan: `p${Math.floor(Math.random() * 7)}`, seats: Math.floor(Math.random() * 500) } }
    : {};
}
