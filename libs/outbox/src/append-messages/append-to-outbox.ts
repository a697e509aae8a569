import { randomUUID } from 'node:crypto';

import type { Topic } from '#contracts';
import type { Transaction } from '#persistence';

/** A message that leaves when the transaction it is appended in commits. */
export interface OutboxMessage<T extends object = object> {
  readonly topic: Topic<T>;
  /** Kafka key; the caller's transaction holds the lock of the row this key stands for, so that positions are commit order. */
  readonly key: string;
  readonly projectId: number;
  readonly message: T;
  /** The CloudEvents id, the same on every attempt; random unless given. */
  readonly id?: string;
  /** When it happened (`ce_time`); the time of the insert unless given. */
  readonly time?: Date;
  /** More Kafka headers, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The one place that knows how an outbox row is made. `source` is a SELECT (or VALUES) of
 * `(id uuid, topic text, key text, payload json, headers jsonb, project_id int, created_at timestamptz)`, in the order the rows shall have;
 * null `id`, `headers` and `created_at` are filled in. Use it as the last part of a statement that also writes the state
 * (`WITH made AS (INSERT ... RETURNING ...) ${outboxInsert('SELECT ... FROM made')}`): both commit in one round trip.
 */
export function outboxInsert(source: string): string {
  return `
    INSERT INTO outbox (id, aggregatetype, type, aggregateid, payload, headers, project_id, created_at)
    SELECT coalesce(id, gen_random_uuid()), topic, topic, key, payload, coalesce(headers, '{}'), project_id, coalesce(created_at, clock_timestamp())
    FROM (${source}) AS message (id, topic, key, payload, headers, project_id, created_at)`;
}

const APPEND = outboxInsert(`
  SELECT id, topic, key, payload, headers, project_id, created_at
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::jsonb[], $6::int[], $7::timestamptz[])
    WITH ORDINALITY AS given (id, topic, key, payload, headers, project_id, created_at, place)
  ORDER BY place`);

/** Appends messages in their order, in one statement. They are published after the commit: call `OutboxRelay.wake()` then. */
export async function appendToOutbox(transaction: Transaction, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) {
    return;
  }
  await transaction.query(APPEND, [
    messages.map((one) => one.id ?? randomUUID()),
    messages.map((one) => one.topic.name),
    messages.map((one) => one.key),
    messages.map((one) => JSON.stringify(one.message)),
    messages.map((one) => JSON.stringify(one.headers ?? {})),
    messages.map((one) => one.projectId),
    messages.map((one) => one.time?.toISOString() ?? null),
  ]);
}
