import { createApiKey, createProject } from '#persistence';
import { createTestProject, type TestProject, useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

const STEP = { event: 'purchase', properties: [{ key: 'amount', type: 'event', operator: 'gt', value: 50 }] };
const valid = { name: 'Bought something large', steps: [STEP] };

describe('actions', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;
  let path: string;

  beforeAll(async () => {
    project = await createTestProject(database.database);
    path = `/api/projects/${project.id}/actions/`;
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  const create = (body: unknown, key = project.apiKey) => gateway.call(path, { method: 'POST', key, body });
  const get = (url: string, key = project.apiKey) => gateway.call(url, { key });
  const count = async () => {
    const { rows } = await database.database.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM action');
    return rows[0]?.count;
  };

  it('are created, read and listed, newest first', async () => {
    const created = await create({ ...valid, description: 'More than 50', id: 7, unknown: true });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: expect.any(Number) as number,
      name: 'Bought something large',
      description: 'More than 50',
      steps: [STEP],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      created_by: expect.objectContaining({ email: 'demo@muster.example' }) as object,
    });
    const second = await create({ name: 'Seen', steps: [{ event: 'view', properties: null, selector: null }] });
    expect(second.body).toMatchObject({ description: '', steps: [{ event: 'view', properties: [] }] });
    expect((await get(`${path}${String(created.body['id'])}/`)).body).toEqual(created.body);
    expect((await get(`${path}?limit=1`)).body).toMatchObject({
      count: 2,
      next: expect.stringContaining('limit=1&offset=1') as string,
      previous: null,
      results: [second.body],
    });
    expect((await get(`${path}?limit=1&offset=1`)).body).toMatchObject({ next: null, results: [created.body] });
  });

  const step = (change: object) => ({ ...valid, steps: [STEP, { ...STEP, ...change }] });
  const property = (change: object) => step({ properties: [{ key: 'amount', value: 1, ...change }] });

  it.each<[string, unknown, string, string]>([
    ['no name', { steps: [STEP] }, 'required', 'name'],
    ['a blank name', { ...valid, name: ' ' }, 'blank', 'name'],
    ['a long name', { ...valid, name: 'a'.repeat(401) }, 'max_length', 'name'],
    ['a numeric description', { ...valid, description: 1 }, 'invalid', 'description'],
    ['no steps', { name: 'a' }, 'required', 'steps'],
    ['steps that are no list', { ...valid, steps: STEP }, 'invalid', 'steps'],
    ['an empty list of steps', { ...valid, steps: [] }, 'invalid', 'steps'],
    ['too many steps', { ...valid, steps: Array.from({ length: 51 }, () => STEP) }, 'invalid', 'steps'],
    ['a step that is text', { ...valid, steps: ['view'] }, 'invalid', 'steps__0'],
    ['a step without an event', step({ event: undefined }), 'invalid', 'steps__1__event'],
    ['a step with an empty event', step({ event: '' }), 'invalid', 'steps__1__event'],
    ['a long event', step({ event: 'a'.repeat(401) }), 'invalid', 'steps__1__event'],
    ['a step with a selector', step({ selector: '.button' }), 'invalid', 'steps__1__selector'],
    ['properties that are no list', step({ properties: {} }), 'invalid', 'steps__1__properties'],
    ['too many properties', step({ properties: Array(51).fill({}) }), 'invalid', 'steps__1__properties'],
    ['a property that is text', step({ properties: ['a'] }), 'invalid', 'steps__1__properties__0'],
    ['a property without a key', property({ key: undefined }), 'invalid', 'steps__1__properties__0__key'],
    ['a property of a person', property({ type: 'person' }), 'invalid', 'steps__1__properties__0__type'],
    ['an unknown operator', property({ operator: 'rhymes' }), 'invalid', 'steps__1__properties__0__operator'],
    ['a broken pattern', property({ operator: 'regex', value: '(' }), 'invalid', 'steps__1__properties__0__value'],
    ['an unknown field', property({ group: 1 }), 'invalid', 'steps__1__properties__0__group'],
  ])('are refused with %s', async (_, body, code, attr) => {
    const before = await count();
    const answer = await create(body);
    expect([answer.status, answer.body['code'], answer.body['attr']]).toEqual([400, code, attr]);
    expect(await count()).toBe(before);
  });

  it('belong to their project, and need scopes of their own', async () => {
    const { pool } = database.database;
    const created = await create(valid);
    const other = await createProject(pool, { name: 'Other' });
    const keyOf = async (...scopes: string[]) => (await createApiKey(pool, { scopes })).key;
    const reader = await keyOf('action:read');
    const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status;
    const one = `${path}${String(created.body['id'])}/`;
    expect(await statusOf(get(one, reader))).toBe(200);
    expect(await statusOf(get(one.replace(`/${project.id}/`, `/${other.id}/`), reader))).toBe(404);
    expect((await get(`/api/projects/${other.id}/actions/`, reader)).body).toMatchObject({ count: 0, results: [] });
    for (const id of ['0', '2147483648', 'x', '999999']) {
      expect(await statusOf(get(`${path}${id}/`))).toBe(404);
    }
    expect((await create(valid, reader)).body['detail']).toBe("API key missing required scope 'action:write'");
    const stranger = await keyOf('cohort:write');
    expect((await get(path, stranger)).body['detail']).toBe("API key missing required scope 'action:read'");
    expect((await get(one, stranger)).status).toBe(403);
    expect(await statusOf(create(valid, await keyOf('action:write')))).toBe(201);
  });
});
