import { randomUUID } from 'node:crypto';

import { createApiKey } from '#persistence';
import { createTestProject } from '#testing';

import { tellWorld, type ToldPerson } from '../testing/tell-world.js';
import { useGateway } from '../testing/use-gateway.js';

/** What the brokers do with them: test/e2e/persons-api.spec.ts. */
describe('edits of a person', () => {
  const test = useGateway();
  let persons: Record<'ann' | 'gone' | 'nameless', ToldPerson>;

  beforeAll(async () => {
    persons = await tellWorld(test.database.database, test.project, {
      ann: { properties: { email: 'ann@example.com' } },
      gone: { isGone: true },
      nameless: { distinctIds: [] },
    });
  });

  const edits = (uuid: string): [method: 'PATCH' | 'POST' | 'DELETE', path: string, body: object | undefined][] => [
    ['PATCH', `persons/${uuid}/`, { properties: { plan: 'pro' } }],
    ['POST', `persons/${uuid}/delete_property/`, { $unset: 'plan' }],
    ['DELETE', `persons/${uuid}/`, undefined],
  ];

  it('answer 503 while Kafka is away, and change nothing', async () => {
    const answers = await Promise.all(edits(persons.ann.uuid).map((edit) => test.call(...edit)));
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [503, 'service_unavailable'],
      [503, 'service_unavailable'],
      [503, 'service_unavailable'],
    ]);
    const { body } = await test.call('GET', `persons/${persons.ann.uuid}/`);
    expect(body).toMatchObject({
      uuid: persons.ann.uuid,
      distinct_ids: ['ann'],
      properties: { email: 'ann@example.com' },
    });
  });

  it('answer 404 for whom the project does not have', async () => {
    const other = await createTestProject(test.database.database);
    const { stranger } = await tellWorld(test.database.database, other, { stranger: {} });
    for (const uuid of [persons.gone.uuid, stranger.uuid, randomUUID(), 'ann', '%00']) {
      for (const edit of edits(uuid)) {
        expect((await test.call(...edit)).status).toBe(404);
      }
      expect((await test.call('GET', `persons/${uuid}/`)).status).toBe(404);
    }
  });

  it('answer 409 for a person whom no event can name', async () => {
    for (const edit of edits(persons.nameless.uuid)) {
      const { status, body } = await test.call(...edit);
      expect([status, body['code']]).toEqual([409, 'no_distinct_id']);
    }
  });

  it('need person:write', async () => {
    const { pool } = test.database.database;
    const { key } = await createApiKey(pool, { scopes: ['person:read'], projectIds: [test.project.id], label: 'r' });
    for (const [method, path, body] of edits(persons.ann.uuid)) {
      const answer = await test.callAs(key, method, `/api/projects/${test.project.id}/${path}`, body);
      expect([answer.status, answer.body['detail']]).toEqual([403, "API key missing required scope 'person:write'"]);
    }
  });

  it.each<['PATCH' | 'POST' | 'DELETE', string, unknown, string, string]>([
    ['PATCH', '', {}, 'properties', 'required'],
    ['PATCH', '', { properties: null }, 'properties', 'required'],
    ['PATCH', '', { properties: ['plan'] }, 'properties', 'not_a_dict'],
    ['PATCH', '', { properties: 'plan' }, 'properties', 'not_a_dict'],
    ['POST', 'delete_property/', {}, '$unset', 'required'],
    ['POST', 'delete_property/', { $unset: '' }, '$unset', 'required'],
    ['POST', 'delete_property/', { $unset: ['plan'] }, '$unset', 'invalid'],
    ['DELETE', '?delete_events=true', undefined, 'delete_events', 'invalid'],
  ])('refuse %s %s %j', async (method, path, body, attr, code) => {
    const answer = await test.call(method, `persons/${persons.ann.uuid}/${path}`, body);
    expect([answer.status, answer.body['attr'], answer.body['code']]).toEqual([400, attr, code]);
  });
});
