import { Inject, Injectable } from '@nestjs/common';

import { type CapturedEvent, eventKey, TOPICS } from '#contracts';
import { MessageProducer } from '#messaging';
import { Database } from '#persistence';

import { uuidV7 } from '../capture-events/uuid-v7.js';
import { findPerson, type FoundPerson } from '../find-person/find-person.js';
import { conflict } from '../http/api-error.js';
import type { Shape } from '../http/shape.js';

const BROKER_TIMEOUT_MS = 5_000;

/** What is done to the person. */
export type PersonEdit = Pick<Shape<CapturedEvent>, 'event' | 'properties' | 'deletes_person'>;

/** Edits persons the way everything is done to them: by a message on `events`, in order with the others of her distinct id. */
@Injectable()
export class PersonEvents {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MessageProducer) private readonly producer: MessageProducer,
  ) {}

  /**
   * Resolves when the brokers have it; a moment later ingestion has done it.
   * @throws ApiError 404 for an unknown, foreign, merged or deleted person, 409 for one whom no event can name; BrokerUnavailableError
   */
  async send(projectId: number, uuid: string, editOf: (person: FoundPerson) => PersonEdit): Promise<void> {
    const person = await findPerson(this.database.pool, projectId, uuid);
    if (person.distinctId === null) {
      throw conflict('no_distinct_id', 'This person has no distinct id, so that no event can be about her.');
    }
    const now = new Date();
    const event = {
      schema_version: TOPICS.events.schemaVersion,
      project_id: projectId,
      uuid: uuidV7(now),
      distinct_id: person.distinctId,
      timestamp: now.toISOString(),
      received_at: now.toISOString(),
      ...editOf(person),
    };
    const record = { id: event.uuid, key: eventKey(projectId, person.distinctId), value: event };
    await this.producer.send(TOPICS.events, [record], { timeoutMs: BROKER_TIMEOUT_MS });
  }
}
