import { eventKey, TOPICS } from '#contracts';
import { type KafkaConnection, MessageProducer } from '#messaging';

import type { DemoEvent } from './person-story.js';

const BATCH = 1_000;

/** Sends events to the topic `events`, in their order; resolves when the brokers have acknowledged all. */
export async function sendEvents(connection: KafkaConnection, events: readonly DemoEvent[]): Promise<void> {
  const producer = new MessageProducer(connection);
  try {
    for (let first = 0; first < events.length; first += BATCH) {
      const records = events.slice(first, first + BATCH).map((event) => ({
        id: event.uuid,
        key: eventKey(event.project_id, event.distinct_id),
        value: event,
        time: new Date(event.timestamp),
      }));
      await producer.send(TOPICS.events, records);
    }
  } finally {
    await producer.close();
  }
}
