import { randomUUID } from 'node:crypto';

import { CapturedEvent, TOPICS } from '#contracts';
import type { ReceivedMessage } from '#messaging';

const never = new AbortController().signal;
let nextOffset = 0;

/** A message as the runner hands it over; `event.project_id`, `distinct_id` and `event` must be given. */
export function received(
  event: Partial<CapturedEvent>,
  rest: Partial<ReceivedMessage<CapturedEvent>> = {},
): ReceivedMessage<CapturedEvent> {
  nextOffset += 1;
  return {
    value: Object.assign(new CapturedEvent(), event),
    id: randomUUID(),
    key: null,
    topic: TOPICS.events.name,
    partition: 0,
    offset: String(nextOffset),
    time: new Date('2026-03-01T12:00:00Z'),
    headers: {},
    attempt: 1,
    signal: never,
    ...rest,
  };
}
