import { createApiKey } from '#persistence';

import { useGateway } from '../testing/use-gateway.js';

const condition = { type: 'person', key: 'email', operator: 'is_set' };
const filters = { properties: { type: 'AND', values: [condition] } };
const reference = (id: number) => ({ properties: { type: 'AND', values: [{ type: 'cohort', key: 'id', value: id }] } });

describe('the activity of cohorts', () => {
  const test = useGateway();
  const read = async (path: string) => {
    const { status, body } = await test.call('GET', path);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as {
      results: Record<string, unknown>[];
      next: string | null;
      previous: string | null;
      total_count: number;
    };
  };

  it('tells who did what, newest first', async () => {
    const { id } = await test.create({ name: 'Old', filters });
    await test.call('PATCH', `cohorts/${id}/`, { name: 'New', description: 'text' });
    await test.call('PATCH', `cohorts/${id}/`, {});
    await test.call('PATCH', `cohorts/${id}/`, { deleted: true });
    await test.call('PATCH', `cohorts/${id}/`, { deleted: false });
    const { results, total_count } = await read(`cohorts/${id}/activity/`);
    expect(total_count).toBe(4);
    const change = (field: string, before: unknown, after: unknown) => ({
      type: 'Cohort',
      action: 'changed',
      field,
      before,
      after,
    });
    const entry = (activity: string, name: string, changes: unknown) => ({
      user: { first_name: 'Demo', email: 'demo@muster.example' },
      activity,
      scope: 'Cohort',
      item_id: String(id),
      detail: { name, changes, trigger: null, short_id: null, type: null },
      created_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(results).toEqual([
      entry('restored', 'New', [change('deleted', true, false)]),
      entry('deleted', 'New', [change('deleted', false, true)]),
      entry('updated', 'New', [change('name', 'Old', 'New'), change('description', '', 'text')]),
      entry('created', 'Old', null),
    ]);
  });

  it('is paged by number, of one cohort and of all', async () => {
    const { id } = await test.create({ name: 'A' });
    for (const name of ['B', 'C']) {
      await test.call('PATCH', `cohorts/${id}/`, { name });
    }
    const first = await read(`cohorts/${id}/activity/?limit=2`);
    expect(first.results.map(({ activity }) => activity)).toEqual(['updated', 'updated']);
    expect([first.previous, first.total_count]).toEqual([null, 3]);
    expect(first.next).toMatch(/^http.*\/activity\/\?limit=2&page=2$/);
    const last = await read(`cohorts/${id}/activity/?limit=2&page=2`);
    expect(last.results.map(({ activity }) => activity)).toEqual(['created']);
    expect([last.next, last.previous]).toEqual([null, expect.stringMatching(/limit=2&page=1$/)]);
    const all = await read('cohorts/activity/');
    expect(all.results).toHaveLength(7);
    expect(all.results[0]).toMatchObject({ item_id: String(id), activity: 'updated' });
  });

  it('answers an unknown cohort without a body, and needs its own scope', async () => {
    for (const id of [2_000_000, 99_999_999_999, 'x']) {
      const answer = await test.call('GET', `cohorts/${id}/activity/`);
      expect([answer.status, answer.text]).toEqual([404, '']);
    }
    const { key } = await createApiKey(test.database.database.pool, { scopes: ['cohort:write'] });
    for (const path of ['cohorts/activity/', 'cohorts/1/activity/']) {
      const answer = await test.callAs(key, 'GET', `/api/projects/${test.project.id}/${path}`);
      expect(answer.body['detail']).toBe("API key missing required scope 'activity_log:read'");
    }
  });

  it.each(['limit=-1', 'limit=1e9', 'limit=1001', 'page=0', 'page=2147483648', 'page=1&page=2'])(
    'refuses %s',
    async (query) => {
      const answer = await test.call('GET', `cohorts/activity/?${query}`);
      expect([answer.status, answer.body['attr']]).toEqual([400, query.split('=')[0]]);
    },
  );
});

describe('the calculations of a cohort', () => {
  const test = useGateway();

  it('are told newest first, with relative links', async () => {
    const { id } = await test.create({ name: 'A', filters });
    await test.database.database.pool.query(
      `INSERT INTO calculation (project_id, cohort_id, version, state, started_at, finished_at, filters, count, error) VALUES
       ($1, $2, 1, 'done', '2024-01-01T00:00:00Z', '2024-01-01T00:00:01.5Z', $3, 7, NULL),
       ($1, $2, 2, 'superseded', '2024-01-02', '2024-01-02', NULL, NULL, NULL),
       ($1, $2, 3, 'failed', '2024-01-03', '2024-01-03', NULL, NULL, 'too large'),
       ($1, $2, 4, 'running', '2024-01-04', NULL, NULL, NULL, NULL),
       ($1, $2, 5, 'wanted', NULL, NULL, NULL, NULL, NULL)`,
      [test.project.id, id, filters],
    );
    const read = (query: string) => test.call('GET', `cohorts/${id}/calculation_history/${query}`);
    const { body } = await read('?limit=2');
    expect(body).toMatchObject({ count: 3, next: '?limit=2&offset=2', previous: null });
    expect(body['results']).toMatchObject([
      { is_completed: false, is_successful: false, finished_at: null, duration_seconds: null },
      { is_completed: true, is_successful: false, error: 'too large', duration_seconds: 0 },
    ]);
    const last = await read('?limit=2&offset=2');
    expect(last.body).toMatchObject({ next: null, previous: '?limit=2&offset=0' });
    expect(last.body['results']).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        filters,
        count: 7,
        started_at: '2024-01-01T00:00:00.000Z',
        finished_at: '2024-01-01T00:00:01.500Z',
        queries: [],
        error: null,
        duration_seconds: 1.5,
        is_completed: true,
        is_successful: true,
        total_query_ms: null,
        total_memory_mb: null,
        total_read_rows: null,
        total_written_rows: null,
        main_query: null,
        main_query_id: null,
      },
    ]);
    expect((await test.call('GET', 'cohorts/2000000/calculation_history/')).status).toBe(404);
    expect((await read('?limit=-1')).body['attr']).toBe('limit');
  });

  it('show on the cohort how far the newest has come, while it goes on', async () => {
    const { id } = await test.create({ name: 'A', filters });
    await test.database.database.pool.query(
      `INSERT INTO calculation (project_id, cohort_id, version, state, phase, progress, attempt, started_at, error)
       VALUES ($1, $2, 1, 'running', 'evaluating', 40, 2, '2024-01-01', 'cut off')`,
      [test.project.id, id],
    );
    const calculation = async () => (await test.call('GET', `cohorts/${id}/`)).body['calculation'];
    const started_at = '2024-01-01T00:00:00.000Z';
    expect(await calculation()).toEqual({
      phase: 'evaluating',
      progress: 40,
      attempt: 2,
      started_at,
      error: 'cut off',
    });
    await test.calculate(id, []);
    expect(await calculation()).toBeNull();
  });

  it('can be asked for', async () => {
    const ask = (id: number) => test.call('POST', `cohorts/${id}/calculate/`);
    const { id } = await test.create({ name: 'A', filters });
    await test.calculate(id, []);
    const answer = await ask(id);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ version: 1, pending_version: 2, is_calculating: true });
    const last = (await test.messagesOf(id)).at(-1);
    expect(last).toMatchObject({
      topic: 'cohort.updated',
      payload: { changed: [], pending_version: 2, definition_number: 1 },
    });
    await test.call('PATCH', `cohorts/${id}/`, { deleted: true });
    expect((await ask(id)).body['detail']).toBe('This cohort is deleted. Restore it first.');
    const list = await test.create({ name: 'L', is_static: true });
    expect((await ask(list.id)).body['detail']).toBe('A static cohort is a fixed list: there is nothing to calculate.');
    const unfilled = await test.create({ name: 'U', is_static: true, filters });
    expect((await ask(unfilled.id)).body).toMatchObject({ pending_version: 2, version: null });
    const wanted = await test.database.database.pool.query(
      'SELECT version FROM calculation WHERE cohort_id = $1 ORDER BY version',
      [unfilled.id],
    );
    expect(wanted.rows).toEqual([{ version: 1 }, { version: 2 }]);
    expect((await ask(2_000_000)).status).toBe(404);
  });
});

describe('what needs a cohort', () => {
  const test = useGateway();

  it('is the cohorts that name it, at most a hundred of them, not those that only lead to it', async () => {
    const { id } = await test.create({ name: 'Used', filters });
    const uses = async (target = id) => (await test.call('GET', `cohorts/${target}/used_in/`)).body;
    const none = { results: [], total: 0, has_more: false };
    expect(await uses()).toEqual({ feature_flags: none, insights: none, cohorts: none });
    const first = await test.create({ name: 'First', filters: reference(id) });
    await test.create({ name: 'Far', filters: reference(first.id) });
    const list = await test.create({ name: 'List', is_static: true, filters: reference(id) });
    const gone = await test.create({ name: 'Gone', filters: reference(id) });
    await test.call('PATCH', `cohorts/${gone.id}/`, { deleted: true });
    const expected = [
      { id: first.id, name: 'First' },
      { id: list.id, name: 'List' },
    ];
    expect((await uses())['cohorts']).toEqual({ results: expected, total: 2, has_more: false });
    await test.database.database.pool.query(
      "INSERT INTO cohort (project_id, name, filters) SELECT $1, 'n' || n, $2 FROM generate_series(1, 99) n",
      [test.project.id, reference(id)],
    );
    const { results, ...rest } = (await uses())['cohorts'] as { results: unknown[] };
    expect([results.length, rest]).toEqual([100, { total: 101, has_more: true }]);
    expect((await uses(2_000_000))['code']).toBe('not_found');
  });
});
