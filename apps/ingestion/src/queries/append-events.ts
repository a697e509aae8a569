import type { Transaction } from '#persistence';

import type { IncomingEvent } from '../ingest-events/incoming-event.js';
import { COPY_NULL, copyRows, copyText } from './copy-rows.js';

/** An event with the ordinal of the person it counts for; undefined for an event without a person. */
export interface OwnedEvent {
  readonly event: IncomingEvent;
  readonly ordinal: number | undefined;
}

/** Measured against INSERT ... SELECT unnest: bench/src/ingest.bench.ts. */
export async function appendEvents(transaction: Transaction, events: readonly OwnedEvent[]): Promise<void> {
  const rows = events.map(({ event, ordinal }) =>
    [
      event.projectId,
      event.uuid,
      copyText(event.event),
      ordinal ?? COPY_NULL,
      copyText(event.distinctId),
      event.timestamp.toISOString(),
      copyText(event.properties),
    ].join('\t'),
  );
  await copyRows(transaction, 'event (project_id, uuid, event, ordinal, distinct_id, "timestamp", properties)', rows);
}
