import { type Bitmap, bitmapOf, deserializeBitmap, parseFilters, serializeBitmap } from '#cohort-core';
import { ChangedPerson, PersonChanged } from '#contracts';
import { Metrics, SILENT_LOGGER } from '#observability';
import {
  type Database,
  evaluateInProject,
  moveLiveSet,
  readMembers,
  replaceMembers,
  type Transaction,
} from '#persistence';
import { createTestProject, type TestDatabase } from '#testing';

import { FollowChangesHandler } from '../follow-changes/follow-changes.handler.js';
import { LiveMembers } from '../keep-live/live-members.js';

export const all = (...values: object[]) => ({ properties: { type: 'AND', values } });
export const planIs = (value: string, negation = false) => ({
  ...{ type: 'person', key: 'plan', operator: 'exact' },
  ...{ value, negation },
});
export const did = (key: string, negation = false) => ({
  ...{ type: 'behavioral', value: 'performed_event', event_type: 'events' },
  ...{ key, negation, time_value: 30, time_interval: 'day' },
});
export const inCohort = (value: number, negation = false) => ({ type: 'cohort', key: 'id', value, negation });

/** A replica of realtime without its Kafka, and facts as ingestion leaves them. */
export class LiveFixture {
  projectId = 0;

  constructor(private readonly test: TestDatabase) {}

  get database(): Database {
    return this.test.database;
  }

  async newProject(): Promise<void> {
    this.projectId = (await createTestProject(this.database)).id;
  }

  replica(statementTimeoutMs = 10_000, maxPersons = 1_000_000, membershipCacheMb = 8) {
    const metrics = new Metrics();
    const relay = { wake: () => undefined };
    const config = { statementTimeoutMs, maxPersons, membershipCacheMb, flipFromMembers: 0 };
    const live = new LiveMembers(this.database, relay, config, SILENT_LOGGER, metrics);
    const handler = new FollowChangesHandler(live, metrics);
    return { metrics, live, follow: (...persons: Partial<ChangedPerson>[]) => handler.follow([this.told(...persons)]) };
  }

  told(...persons: Partial<ChangedPerson>[]): PersonChanged {
    const changed = persons.map((one) => Object.assign(new ChangedPerson(), { events: [], properties: [] }, one));
    const at = new Date().toISOString();
    return Object.assign(new PersonChanged(), { project_id: this.projectId, block: 0, at, persons: changed });
  }

  async query(text: string, ...values: unknown[]): Promise<void> {
    await this.database.pool.query(text, [this.projectId, ...values]);
  }

  async addPerson(ordinal: number, properties: object = {}, ...distinctIds: string[]): Promise<void> {
    await this.query(
      'INSERT INTO person (project_id, ordinal, uuid, properties, created_at) VALUES ($1, $2, gen_random_uuid(), $3, now())',
      ordinal,
      properties,
    );
    await this.query(
      'INSERT INTO person_distinct_id (project_id, ordinal, distinct_id) SELECT $1, $2, unnest($3::text[])',
      ordinal,
      distinctIds,
    );
    await this.note('born', ordinal);
  }

  async setPlan(ordinal: number, plan: string | null): Promise<void> {
    await this.query(
      `UPDATE person SET properties = jsonb_strip_nulls(jsonb_build_object('plan', $3::text)) WHERE project_id = $1 AND ordinal = $2`,
      ordinal,
      plan,
    );
  }

  async addEvent(ordinal: number, event: string): Promise<void> {
    await this.query(
      `INSERT INTO event (project_id, uuid, event, ordinal, distinct_id, "timestamp") VALUES ($1, gen_random_uuid(), $2, $3, 'x', now())`,
      event,
      ordinal,
    );
    await this.query(
      `INSERT INTO activity (project_id, event, day, chunk, batch, bitmap) VALUES ($1, $2, current_date, $3 >> 16, nextval('ingestion_batch'), $4)`,
      event,
      ordinal,
      bytesOf(ordinal),
    );
  }

  /** She is gone: merged away or deleted. */
  async remove(ordinal: number): Promise<void> {
    await this.query('UPDATE person SET deleted_at = now() WHERE project_id = $1 AND ordinal = $2', ordinal);
    await this.note('gone', ordinal);
  }

  /** A cohort as its first flip leaves it. @param stored what its row holds as live definition; the same by default */
  async createLive(filters: object, stored: object = filters): Promise<number> {
    return this.database.transaction(async (transaction) => {
      await moveLiveSet(transaction, this.projectId);
      const { rows } = await transaction.query<{ id: number }>(
        `INSERT INTO cohort (project_id, name, filters, live_filters, version, pending_version) VALUES ($1, 'live', $2, $3, 1, 1) RETURNING id`,
        [this.projectId, JSON.stringify(filters), JSON.stringify(stored)],
      );
      const cohortId = rows[0]?.id ?? 0;
      const members = await this.evaluate(transaction, filters);
      const at = new Date();
      await replaceMembers(transaction, {
        projectId: this.projectId,
        cohortId,
        version: 1,
        members,
        reason: 'calculation',
        at,
      });
      members.dispose();
      return cohortId;
    });
  }

  async members(cohortId: number): Promise<number[]> {
    const members = await readMembers(this.database.pool, this.projectId, cohortId);
    const ordinals = members?.bitmap.toArray() ?? [];
    expect(members?.count).toBe(ordinals.length);
    return ordinals;
  }

  /** Who would be in it if it was calculated now. */
  async calculated(filters: object): Promise<number[]> {
    return this.database.transaction(async (transaction) => (await this.evaluate(transaction, filters)).toArray());
  }

  /** What was told of a cohort since its first version: who entered and who left, change by change. */
  async historyOf(cohortId: number): Promise<{ entered: number[]; left: number[]; version: number; reason: string }[]> {
    const { rows } = await this.database.pool.query<{
      entered: Buffer;
      left_: Buffer;
      version: number;
      reason: string;
    }>(
      `SELECT entered, left_, version, reason FROM membership_delta WHERE cohort_id = $1 AND reason <> 'calculation' ORDER BY id`,
      [cohortId],
    );
    return rows.map(({ entered, left_, ...rest }) => ({
      entered: deserializeBitmap(entered).toArray(),
      left: deserializeBitmap(left_).toArray(),
      ...rest,
    }));
  }

  private async evaluate(transaction: Transaction, filters: object): Promise<Bitmap> {
    const { rows } = await transaction.query<{ timezone: string; at: Date }>(
      'SELECT timezone, clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
      [this.projectId],
    );
    const { timezone = 'UTC', at = new Date() } = rows[0] ?? {};
    const question = { projectId: this.projectId, timezone, at, within: null };
    const [members] = await evaluateInProject(transaction, [parseFilters(filters).tree], question);
    return members ?? bitmapOf();
  }

  private async note(kind: 'born' | 'gone', ordinal: number): Promise<void> {
    await this.query(
      `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, $2, $3 >> 16, nextval('ingestion_batch'), $4)`,
      kind,
      ordinal,
      bytesOf(ordinal),
    );
  }
}

function bytesOf(ordinal: number): Buffer {
  return serializeBitmap(bitmapOf([ordinal]));
}
