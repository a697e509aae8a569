import { bitmapOf, serializeBitmap } from '#cohort-core';
import { type CohortIds, type Database, replaceMembers } from '#persistence';
import { createTestProject, type TestDatabase, type TestProject, useDatabase } from '#testing';

import { type Answer, type Call, GatewayFixture } from './gateway-fixture.js';

/** A message as it waits in the outbox. */
interface WaitingMessage {
  readonly topic: string;
  readonly payload: Record<string, unknown>;
}

/** A gateway with a database and a project of its own, Kafka away; what it asks a calculator for stays undone. */
export interface TestGateway {
  readonly database: TestDatabase;
  readonly project: TestProject;
  /** @param path below the project: `cohorts/` */
  call(method: NonNullable<Call['method']>, path: string, body?: unknown): Promise<Answer>;
  /** Calls with another project's or user's key. */
  callAs(key: string, method: NonNullable<Call['method']>, url: string, body?: unknown): Promise<Answer>;
  /** Calls as an SDK does, with headers and a body of its own. */
  send(url: string, call: Call): Promise<Answer>;
  /** Creates a cohort that must be accepted. @returns its answer */
  create(body: object): Promise<Record<string, unknown> & { id: number }>;
  /** Makes persons with ordinals from `first`. @returns their uuids in order of ordinals */
  createPersons(properties: readonly object[], first?: number): Promise<string[]>;
  /** Does what a calculation does: these ordinals become the pending version. */
  calculate(cohortId: number, ordinals: readonly number[]): Promise<void>;
  /** The ordinals stored as members. */
  membersOf(cohortId: number): Promise<string[]>;
  /** What was told of a cohort, in order. */
  messagesOf(cohortId: number): Promise<WaitingMessage[]>;
}

const INSERT_PERSONS = `
  INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
  SELECT $1, $2 + n - 1, gen_random_uuid(), properties, timestamptz '2024-01-01' + ($2 + n) * interval '1 second'
  FROM unnest($3::jsonb[]) WITH ORDINALITY AS given (properties, n) RETURNING uuid, ordinal`;
const INSERT_PRESENCE = `
  INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'born', 0, $2, $3)`;
const STORE_VERSION = `
  UPDATE cohort SET version = pending_version, is_calculating = false, count = $2, last_calculation = now() WHERE id = $1`;

const COUNT_PERSONS = 'UPDATE person_counter SET next_ordinal = greatest(next_ordinal, $2) WHERE project_id = $1';
const PENDING_VERSION = 'SELECT pending_version AS version FROM cohort WHERE id = $1';
const MESSAGES_OF = 'SELECT type AS topic, payload FROM outbox WHERE aggregateid = $1 ORDER BY position';

/** Gives the file (or describe) that calls it a gateway; read it in tests and hooks only. */
export function useGateway(): TestGateway {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;
  beforeAll(async () => {
    project = await createTestProject(database.database);
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  const test: TestGateway = {
    database,
    get project() {
      return project;
    },
    call: (method, path, body) => test.callAs(project.apiKey, method, `/api/projects/${project.id}/${path}`, body),
    callAs: (key, method, url, body) => gateway.call(url, { method, key, ...(body === undefined ? {} : { body }) }),
    send: (url, call) => gateway.call(url, call),
    async create(body) {
      const answer = await test.call('POST', 'cohorts/', body);
      expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 201 });
      return answer.body as Record<string, unknown> & { id: number };
    },
    createPersons: (properties, first = 0) => createPersons(database.database, project.id, properties, first),
    calculate: (cohortId, ordinals) => calculate(database.database, { projectId: project.id, cohortId }, ordinals),
    async membersOf(cohortId) {
      const { body } = await test.call('GET', `cohorts/${cohortId}/persons/?limit=1000`);
      return (body['results'] as { uuid: string }[]).map(({ uuid }) => uuid).sort();
    },
    async messagesOf(cohortId) {
      const key = `${project.id}:${cohortId}`;
      return (await database.database.pool.query<WaitingMessage>(MESSAGES_OF, [key])).rows;
    },
  };
  return test;
}

async function createPersons(
  { pool }: Database,
  projectId: number,
  properties: readonly object[],
  first: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ uuid: string }>(INSERT_PERSONS, [projectId, first, properties]);
  await pool.query(COUNT_PERSONS, [projectId, first + properties.length]);
  const born = bitmapOf(properties.map((_, index) => first + index));
  await pool.query(INSERT_PRESENCE, [projectId, first, serializeBitmap(born)]);
  born.dispose();
  return rows.map(({ uuid }) => uuid);
}

async function calculate(database: Database, ids: CohortIds, ordinals: readonly number[]): Promise<void> {
  await database.transaction(async (transaction) => {
    const members = bitmapOf(ordinals);
    const { rows } = await transaction.query<{ version: number }>(PENDING_VERSION, [ids.cohortId]);
    const at = new Date('2024-06-01');
    const version = rows[0]?.version ?? 1;
    await replaceMembers(transaction, { ...ids, version, members, reason: 'calculation', at });
    await transaction.query(STORE_VERSION, [ids.cohortId, members.size]);
    members.dispose();
  });
}
