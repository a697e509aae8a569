import type { Transaction } from '#persistence';

import type { IncomingEvent } from '../ingest-events/incoming-event.js';
import { COPY_NULL, copyRows, copyText } from './copy-rows.js';

/** An event with the ordinal of the person it counts for; undefined for an event without a person. */
export interface OwnedEvent {
  readonly event: IncomingEvent;
  readonly ordinal: number | undefined;
}

export async function appendEvents(transaction: Transaction, events: readonly OwnedEvent[]): Promise<void> {
  const columns = 'project_id, uuid, event, ordinal, distinct_id, "timestamp", properties';
  await copyRows(transaction, `event (${columns})`, linesOf(events));
}

function* linesOf(events: readonly OwnedEvent[]): Iterable<string> {
  for (const { event, ordinal } of events) {
    yield [
      event.projectId,
      event.uuid,
      copyText(event.event),
      ordinal ?? COPY_NULL,
      copyText(event.distinctId),
      event.timestamp.toISOString(),
      copyText(event.properties),
    ].join('\t');
  }
}
