import { bitmapOf } from '#cohort-core';
import { replaceMembers } from '#persistence';
import { createTestProject, type TestProject, useDatabase } from '#testing';

import type { PersonResponse } from '../present-person/person.response.js';
import { GatewayFixture } from '../testing/gateway-fixture.js';
import { lookUp, scan } from './page-of-members.js';

const PERSONS = 250;

describe('the persons of a cohort', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;
  let cohortId: number;

  beforeAll(async () => {
    const { pool } = database.database;
    project = await createTestProject(database.database);
    await pool.query('UPDATE person_counter SET next_ordinal = $2 WHERE project_id = $1', [project.id, PERSONS]);
    // Three persons share each instant, so that the order within an instant shows.
    await pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at, merged_into)
       SELECT $1, n, gen_random_uuid(), jsonb_build_object('n', n), timestamptz '2024-01-01' + n / 3 * interval '1 microsecond',
         CASE WHEN n = 10 THEN 11 END FROM generate_series(0, $2 - 1) AS n`,
      [project.id, PERSONS],
    );
    await pool.query(
      `INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1::int, 'user-' || n, n FROM generate_series(0, 249) n
       UNION ALL SELECT $1::int, 'more-' || n, 249 FROM generate_series(1, 15) n`,
      [project.id],
    );
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
    const url = `/api/projects/${project.id}/cohorts/`;
    const created = await gateway.call(url, { method: 'POST', key: project.apiKey, body: { name: 'Even' } });
    cohortId = created.body['id'] as number;
    await becomeMembers(evens());
  });
  afterAll(() => gateway.close());

  const evens = () => Array.from({ length: PERSONS / 2 }, (_, index) => index * 2);
  const becomeMembers = (ordinals: number[]) =>
    database.database.transaction(async (transaction) => {
      const members = bitmapOf(ordinals);
      const at = new Date('2024-06-01');
      await replaceMembers(transaction, {
        projectId: project.id,
        cohortId,
        version: 1,
        members,
        reason: 'calculation',
        at,
      });
      await transaction.query('UPDATE cohort SET version = 1, count = $2 WHERE id = $1', [cohortId, members.size]);
      members.dispose();
    });
  const page = (query = '', id: number | string = cohortId) =>
    gateway.call(`/api/projects/${project.id}/cohorts/${id}/persons/${query}`, { key: project.apiKey });
  const numbersOf = (body: Record<string, unknown>) =>
    (body['results'] as PersonResponse[]).map(({ properties }) => properties['n']);

  const cursorOf = (body: Record<string, unknown>) => new URL(String(body['next'])).searchParams.get('cursor');

  it('come newest first, the merged one left out', async () => {
    const expected = evens()
      .reverse()
      .filter((n) => n !== 10);
    const { status, body } = await page('?limit=1000');
    expect(status).toBe(200);
    expect(numbersOf(body)).toEqual(expected);
    expect([body['next'], body['previous'], 'count' in body]).toEqual([null, null, false]);
  });

  it('come a hundred at a time, with absolute links both ways', async () => {
    const first = await page();
    expect(numbersOf(first.body)).toHaveLength(100);
    expect(first.body['next']).toBe(
      `http://localhost:80/api/projects/${project.id}/cohorts/${cohortId}/persons/?limit=100&offset=100&cursor=${cursorOf(first.body)}`,
    );
    const second = await gateway.call(String(first.body['next']).replace(/^http:\/\/[^/]+/, ''), {
      key: project.apiKey,
    });
    expect(numbersOf(second.body)).toHaveLength(24);
    expect(second.body['next']).toBeNull();
    expect(second.body['previous']).toMatch(/limit=100&offset=0$/);
    expect(new Set([...numbersOf(first.body), ...numbersOf(second.body)]).size).toBe(124);
  });

  it('end with an empty page when the last one is full', async () => {
    const last = await page('?limit=62&offset=62');
    expect(last.body['next']).not.toBeNull();
    expect((await page('?limit=62&offset=124')).body).toMatchObject({ results: [], next: null });
  });

  it('have the shape that PostHog’s clients read', async () => {
    const { body } = await page('?limit=1');
    const [person] = body['results'] as PersonResponse[];
    expect(person).toEqual({
      id: person!.uuid,
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      type: 'person',
      name: 'user-248',
      distinct_ids: ['user-248'],
      properties: { n: 248 },
      created_at: '2024-01-01T00:00:00.000Z',
      last_seen_at: null,
      is_identified: false,
      matched_recordings: [],
      value_at_data_point: null,
    });
  });

  it.each<[string, typeof lookUp]>([
    ['looked up', lookUp],
    ['scanned at once', scan],
    ['scanned in small steps', (transaction, ...rest) => scan(transaction, ...rest, 7)],
  ])('are the same when %s', async (...[, find]) => {
    const members = bitmapOf(evens());
    const found = await database.database.transaction((transaction) =>
      find(transaction, project.id, members, { limit: 20, offset: 90 }),
    );
    members.dispose();
    const expected = evens()
      .reverse()
      .filter((n) => n !== 10);
    expect(found).toEqual(expected.slice(90, 110));
  });

  it('are none before the first calculation, and not found in another project', async () => {
    const url = `/api/projects/${project.id}/cohorts/`;
    const fresh = await gateway.call(url, { method: 'POST', key: project.apiKey, body: { name: 'Fresh' } });
    expect((await page('', fresh.body['id'] as number)).body).toEqual({ results: [], next: null, previous: null });
    const other = await createTestProject(database.database);
    const foreign = await gateway.call(`/api/projects/${other.id}/cohorts/${cohortId}/persons/`, { key: other.apiKey });
    expect(foreign.status).toBe(404);
    expect((await gateway.call(`/api/projects/${other.id}/cohorts/${cohortId}/`, { key: other.apiKey })).status).toBe(
      404,
    );
    const theirs = await gateway.call(`/api/projects/${project.id}/cohorts/${cohortId}/persons/`, {
      key: other.apiKey,
    });
    expect(theirs.status).toBe(403);
    expect((await gateway.call(`/api/projects/${other.id}/persons/`, { key: other.apiKey })).body['results']).toEqual(
      [],
    );
  });

  it('are found by distinct id, with ten of their ids', async () => {
    const persons = (query: string) =>
      gateway.call(`/api/projects/${project.id}/persons/${query}`, { key: project.apiKey });
    const { body } = await persons('?distinct_id=more-3');
    expect(numbersOf(body)).toEqual([249]);
    expect((body['results'] as PersonResponse[])[0]!.distinct_ids).toHaveLength(10);
    expect((await persons('?distinct_id=nobody')).body).toEqual({ results: [], next: null, previous: null });
    expect((await persons('?distinct_id=user-10')).body['results']).toEqual([]);
    expect(numbersOf((await persons('?limit=3&offset=1')).body)).toEqual([248, 247, 246]);
  });

  it('leave the list of cohorts short and newest first', async () => {
    const { body } = await gateway.call(`/api/projects/${project.id}/cohorts/?limit=1`, { key: project.apiKey });
    expect(body).toMatchObject({ count: 2, previous: null, results: [{ name: 'Fresh' }] });
    const next = await gateway.call(String(body['next']).replace(/^http:\/\/[^/]+/, ''), { key: project.apiKey });
    expect(next.body).toMatchObject({
      count: 2,
      next: null,
      results: [{ id: cohortId, count: PERSONS / 2, version: 1 }],
    });
  });
});
