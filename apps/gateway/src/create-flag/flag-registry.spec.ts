import { createApiKey } from '#persistence';
import { createTestProject } from '#testing';

import { useGateway } from '../testing/use-gateway.js';

const EVERYBODY = { groups: [{ properties: [], rollout_percentage: null }] };
const PAID = { groups: [{ properties: [{ key: 'plan', type: 'person', value: 'paid' }], rollout_percentage: 25 }] };

describe('the registry of feature flags', () => {
  const test = useGateway();
  const call = (...[method, path, body]: Parameters<typeof test.call>) =>
    test.call(method, `feature_flags/${path}`, body);
  const create = async (body: object) => {
    const answer = await call('POST', '', body);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 201 });
    return answer.body as Record<string, unknown> & { id: number };
  };
  const messages = async (id: number) => {
    const { rows } = await test.database.database.pool.query<{ type: string; payload: Record<string, unknown> }>(
      `SELECT type, payload FROM outbox WHERE aggregateid = $1 AND type LIKE 'flag.%' ORDER BY position`,
      [`${test.project.id}:${id}`],
    );
    return rows;
  };

  it('keeps a flag as it was sent, and tells that it exists', async () => {
    const filters = {
      ...PAID,
      multivariate: { variants: [{ key: 'a', name: 'A', rollout_percentage: 100 }] },
      payloads: { a: '{"x": 1}' },
    };
    const flag = await create({ key: 'new-checkout', name: 'The new checkout', filters, id: 5, version: 7 });
    expect(flag).toEqual({
      id: expect.any(Number) as number,
      key: 'new-checkout',
      name: 'The new checkout',
      filters,
      active: true,
      deleted: false,
      version: 1,
      is_simple_flag: false,
      rollout_percentage: null,
      ensure_experience_continuity: false,
      experiment_set: [],
      tags: [],
      created_at: expect.any(String) as string,
      updated_at: flag['created_at'],
      created_by: expect.objectContaining({ email: expect.any(String) as string }) as object,
    });
    expect((await call('GET', `${flag.id}/`)).body).toEqual(flag);
    expect(await messages(flag.id)).toEqual([
      {
        type: 'flag.created',
        payload: {
          schema_version: 1,
          project_id: test.project.id,
          flag_id: flag.id,
          version: 1,
          key: 'new-checkout',
          active: true,
          cohort_ids: [],
          created_at: flag['created_at'],
          by_id: (flag['created_by'] as { id: number }).id,
        },
      },
    ]);
  });

  it('gives a flag without filters to everybody', async () => {
    const flag = await create({ key: 'bare', active: false });
    expect(flag).toMatchObject({ filters: EVERYBODY, is_simple_flag: true, rollout_percentage: null, active: false });
    const half = await create({ key: 'half', filters: { groups: [{ rollout_percentage: 50 }] } });
    expect(half).toMatchObject({ is_simple_flag: true, rollout_percentage: 50 });
  });

  it('counts edits, tells what changed, and takes a whole flag back as no edit', async () => {
    const flag = await create({ key: 'edited', filters: PAID });
    const same = await call('PUT', `${flag.id}/`, flag);
    expect([same.status, same.body]).toEqual([200, flag]);
    const edited = await call('PATCH', `${flag.id}/`, { name: 'New', active: false });
    expect(edited.body).toMatchObject({ name: 'New', active: false, key: 'edited', filters: PAID, version: 2 });
    const again = await call('PATCH', `${flag.id}/`, { key: 'renamed', filters: EVERYBODY });
    expect(again.body).toMatchObject({ key: 'renamed', filters: EVERYBODY, name: 'New', version: 3 });
    expect((await call('GET', `${flag.id}/`)).body).toEqual(again.body);
    const [, ...told] = await messages(flag.id);
    expect(told).toMatchObject([
      { type: 'flag.updated', payload: { version: 2, active: false, changed: ['name', 'active'], key: 'edited' } },
      {
        type: 'flag.updated',
        payload: { version: 3, changed: ['key', 'filters'], updated_at: again.body['updated_at'] },
      },
    ]);
  });

  it('loses nothing when two edit it at once, and tells their edits in order', async () => {
    for (let round = 0; round < 8; round++) {
      const flag = await create({ key: `shared-${round}` });
      const answers = await Promise.all([
        call('PATCH', `${flag.id}/`, { name: 'Shared' }),
        call('PATCH', `${flag.id}/`, { active: false }),
        call('PATCH', `${flag.id}/`, { key: `mine-${round}` }),
      ]);
      expect(answers.map(({ body }) => body['version']).sort()).toEqual([2, 3, 4]);
      const expected = { name: 'Shared', active: false, key: `mine-${round}`, version: 4 };
      expect((await call('GET', `${flag.id}/`)).body).toMatchObject(expected);
      expect((await messages(flag.id)).map(({ payload }) => payload['version'])).toEqual([1, 2, 3, 4]);
    }
  });

  it('deletes softly, by PATCH only, and restores', async () => {
    const flag = await create({ key: 'gone' });
    const deleted = await call('DELETE', `${flag.id}/`);
    expect([deleted.status, deleted.text]).toEqual([405, '']);
    expect((await call('PATCH', `${flag.id}/`, { deleted: true })).body).toMatchObject({ deleted: true, version: 2 });
    expect((await call('GET', `${flag.id}/`)).body).toMatchObject({ deleted: true });
    const listed = (await call('GET', '?limit=1000')).body['results'] as { id: number }[];
    expect(listed.map(({ id }) => id)).not.toContain(flag.id);
    await call('PATCH', `${flag.id}/`, { name: 'Buried' });
    const restored = await call('PATCH', `${flag.id}/`, { deleted: false });
    expect(restored.body).toMatchObject({ deleted: false, version: 4 });
    expect(await messages(flag.id)).toMatchObject([
      { type: 'flag.created' },
      { type: 'flag.deleted' },
      { type: 'flag.updated', payload: { active: true, deleted: true, changed: ['name'] } },
      { type: 'flag.updated', payload: { active: true, deleted: false, changed: ['deleted'] } },
    ]);
  });

  it('gives a key to one flag at a time, also in a race', async () => {
    const taken = {
      type: 'validation_error',
      code: 'unique',
      detail: 'There is already a feature flag with this key.',
      attr: 'key',
    };
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', '', { key: 'only-one' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
    expect(answers.find(({ status }) => status === 400)?.body).toEqual(taken);
    const { id } = answers.find(({ status }) => status === 201)?.body as { id: number };
    await call('PATCH', `${id}/`, { deleted: true });
    const heir = await create({ key: 'only-one' });
    expect((await call('PATCH', `${id}/`, { deleted: false })).body).toEqual(taken);
    const other = await create({ key: 'another' });
    expect((await call('PATCH', `${other.id}/`, { key: 'only-one' })).body).toEqual(taken);
    expect((await call('PATCH', `${heir.id}/`, { key: 'only-one' })).status).toBe(200);
  });

  it('lists pages, newest first; active ones, and those whose key or name holds a text', async () => {
    const project = await createTestProject(test.database.database);
    const url = `/api/projects/${project.id}/feature_flags`;
    for (const body of [{ key: 'a_1' }, { key: 'b1', name: 'An A_1' }, { key: 'ax1', active: false }]) {
      expect((await test.callAs(project.apiKey, 'POST', url, body)).status).toBe(201);
    }
    const keys = async (query: string) => {
      const { body } = await test.callAs(project.apiKey, 'GET', `${url}${query}`);
      return [body['count'], (body['results'] as { key: string }[]).map(({ key }) => key)];
    };
    expect(await keys('')).toEqual([3, ['ax1', 'b1', 'a_1']]);
    expect(await keys('?limit=1&offset=1')).toEqual([3, ['b1']]);
    expect(await keys('?active=true')).toEqual([2, ['b1', 'a_1']]);
    expect(await keys('?active=false')).toEqual([1, ['ax1']]);
    expect(await keys('?search=A_1')).toEqual([2, ['b1', 'a_1']]);
  });

  it('asks for scopes, and knows no flag of another project', async () => {
    const flag = await create({ key: 'scoped' });
    const { pool } = test.database.database;
    const keyOf = async (scope: string) =>
      (await createApiKey(pool, { scopes: [scope], projectIds: [test.project.id], label: 't' })).key;
    const url = `/api/projects/${test.project.id}/feature_flags`;
    const reader = await keyOf('feature_flag:read');
    expect((await test.callAs(reader, 'GET', `${url}/${flag.id}`)).status).toBe(200);
    expect((await test.callAs(reader, 'POST', url, { key: 'x' })).body['detail']).toBe(
      "API key missing required scope 'feature_flag:write'",
    );
    expect((await test.callAs(reader, 'PATCH', `${url}/${flag.id}`, {})).status).toBe(403);
    expect((await test.callAs(await keyOf('cohort:read'), 'GET', url)).status).toBe(403);
    const other = await createTestProject(test.database.database);
    for (const method of ['GET', 'PATCH'] as const) {
      const foreign = `/api/projects/${other.id}/feature_flags/${flag.id}`;
      expect((await test.callAs(other.apiKey, method, foreign)).body['code']).toBe('not_found');
    }
    expect(
      (await test.callAs(other.apiKey, 'POST', `/api/projects/${other.id}/feature_flags`, { key: 'scoped' })).status,
    ).toBe(201);
  });

  it.each<[string, unknown, string, string | null, RegExp]>([
    ['no key', {}, 'required', 'key', /^This field is required.$/],
    ['a blank key', { key: ' ' }, 'blank', 'key', /blank/],
    ['a long key', { key: 'k'.repeat(401) }, 'max_length', 'key', /400/],
    [
      'a key of other letters',
      { key: 'a b' },
      'invalid_key',
      'key',
      /^Only letters, numbers, hyphens \(-\) & underscores \(_\) are allowed.$/,
    ],
    ['a key that is a number', { key: 5 }, 'invalid', 'key', /^Not a valid string.$/],
    ['a name of nothing', { key: 'k', name: null }, 'null', 'name', /null/],
    ['active as text', { key: 'k', active: 'yes' }, 'invalid', 'active', /boolean/],
    ['filters of nothing', { key: 'k', filters: null }, 'not_a_dict', 'filters', /^Expected a dictionary/],
    [
      'a wrong condition',
      { key: 'k', filters: { groups: [{ properties: [{ key: 'a', type: 'person' }] }] } },
      'invalid',
      'filters__groups__0__properties__0__value',
      /^Missing/,
    ],
    [
      'experience continuity',
      { key: 'k', ensure_experience_continuity: true },
      'invalid',
      'ensure_experience_continuity',
      /not supported/,
    ],
    ['a list', [], 'invalid', null, /dictionary/],
  ])('refuses %s and stores nothing', async (_, body, code, attr, detail) => {
    const answer = await call('POST', '', body);
    expect([answer.status, answer.body]).toEqual([
      400,
      { type: 'validation_error', code, attr, detail: expect.stringMatching(detail) as string },
    ]);
    const { rows } = await test.database.database.pool.query(`SELECT 1 FROM feature_flag WHERE key = 'k'`);
    expect(rows).toEqual([]);
  });

  it('refuses a wrong edit and changes nothing', async () => {
    const flag = await create({ key: 'stays' });
    for (const body of [
      { key: null },
      { active: null },
      { deleted: 'yes' },
      { filters: {} },
      { name: 'x', filters: 5 },
    ]) {
      expect((await call('PATCH', `${flag.id}/`, body)).status).toBe(400);
    }
    expect((await call('GET', `${flag.id}/`)).body).toEqual(flag);
    expect(await messages(flag.id)).toHaveLength(1);
  });
});
