import { useGateway } from '../testing/use-gateway.js';

const filters = { properties: { type: 'AND', values: [{ type: 'person', key: 'email', operator: 'is_set' }] } };

/** What a spreadsheet would run. */
const FORMULA = '=HYPERLINK("http://evil")';

describe('the persons of a cohort, narrowed', () => {
  const test = useGateway();
  let uuids: string[];
  let cohortId: number;

  beforeAll(async () => {
    uuids = await test.createPersons([
      { email: 'ann@example.com', name: 'Ann', plan: 'pro', age: 30 },
      { email: 'bob@example.com', name: 'Bob_100%', plan: 'free', age: 40 },
      { email: 'cid@other.org', name: FORMULA, plan: 'pro' },
      { email: 'outsider@example.com', name: 'Outsider', plan: 'pro' },
    ]);
    await test.database.database.pool.query(
      `INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1, d, o
       FROM unnest('{ann-1,ann-2,Bob-1,x-1}'::text[], '{0,0,1,3}'::int[]) AS given (d, o)`,
      [test.project.id],
    );
    cohortId = (await test.create({ name: 'Members', filters })).id;
    await test.calculate(cohortId, [0, 1, 2]);
  });

  const get = (query: string) => test.call('GET', `cohorts/${cohortId}/persons/?${query}`);
  const found = async (query: string) => {
    const { status, body } = await get(query);
    expect({ status, body }).toMatchObject({ status: 200 });
    return (body['results'] as { uuid: string }[]).map(({ uuid }) => uuids.indexOf(uuid));
  };
  const properties = (list: unknown) => `properties=${encodeURIComponent(JSON.stringify(list))}`;

  it.each([
    ['ANN@', [0]],
    ['example.com', [1, 0]],
    ['bob-', [1]],
    ['ann-2', [0]],
    ['_100%25', [1]],
    ['100_', []],
    ['%25', [1]],
    ['outsider', []],
    ['%20', [2, 1, 0]],
    ['', [2, 1, 0]],
    ['%00ann-1', [0]],
  ])('search=%s', async (term, expected) => {
    expect(await found(`search=${term}`)).toEqual(expected);
  });

  it('search finds a uuid', async () => {
    expect(await found(`search=${uuids[2]}`)).toEqual([2]);
  });

  it.each<[string, unknown, number[]]>([
    ['no operator means exact', [{ key: 'plan', value: 'pro' }], [2, 0]],
    [
      'all hold',
      [
        { key: 'plan', value: 'pro' },
        { key: 'age', value: 30, operator: 'gte' },
      ],
      [0],
    ],
    ['a type may be named', [{ type: 'person', key: 'plan', value: ['free', 'x'], operator: 'exact' }], [1]],
    ['negation', [{ key: 'plan', value: 'pro', negation: true }], [1]],
    ['absence', [{ key: 'age', operator: 'is_not_set' }], [2]],
    [
      'another cohort',
      [{ type: 'person_metadata', key: 'created_at', operator: 'gt', value: '2024-01-01T00:00:02Z' }],
      [2],
    ],
    ['none', [], [2, 1, 0]],
  ])('properties: %s', async (_, list, expected) => {
    expect(await found(properties(list))).toEqual(expected);
  });

  it('search and properties hold together, on every page', async () => {
    expect(await found(`search=example&${properties([{ key: 'plan', value: 'pro' }])}`)).toEqual([0]);
    const page = await get(`limit=1&${properties([{ key: 'plan', value: 'pro' }])}`);
    const next = new URL(String(page.body['next']));
    expect(await found(next.search.slice(1))).toEqual([0]);
  });

  it('the cursor of next goes on where the page ended, also when persons were born meanwhile', async () => {
    const { body } = await get('limit=2');
    const next = new URL(String(body['next']));
    expect(next.searchParams.get('offset')).toBe('2');
    await test.createPersons([{ email: 'new@example.com' }], 50);
    await test.call('PATCH', `cohorts/${cohortId}/`, {});
    await test.calculate(cohortId, [0, 1, 2, 50]);
    expect(await found(next.search.slice(1))).toEqual([0]);
    expect(await found('limit=2&offset=2')).toEqual([1, 0]);
    await test.call('PATCH', `cohorts/${cohortId}/`, {});
    await test.calculate(cohortId, [0, 1, 2]);
  });

  it.each([
    ['properties={', 'properties'],
    ['properties=1', 'properties'],
    ['properties={}', 'properties'],
    ['properties=[1]', 'properties__0'],
    [properties([{ key: 'a', value: 'b', operator: 'nope' }]), 'properties__0__operator'],
    [properties([{ key: 'a', value: 'b' }, { value: 'b' }]), 'properties__1__key'],
    [properties([{ key: 'a', value: 'a\u0000b' }]), 'properties'],
    [`properties=${'['.repeat(5000)}${']'.repeat(5000)}`, 'properties'],
    [`search=${'%25'.repeat(300)}`, 'search'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${Buffer.from('1 infinity').toString('base64url')}`, 'cursor'],
    ['format=xml', 'format'],
    ['limit=-1', 'limit'],
    ['limit=1001', 'limit'],
    ['format=csv&limit=10001', 'limit'],
    ['limit=1e9', 'limit'],
    ['offset=2147483648', 'offset'],
    ['search=a&search=b', 'search'],
  ])('refuses the parameter %#', async (query, attr) => {
    const { status, body } = await get(query);
    expect([status, body['attr'], body['type']]).toEqual([400, attr, 'validation_error']);
  });

  it.each(['format=csv', 'is_csv_export=true'])('%s exports all, formulas disarmed', async (query) => {
    const { status, headers, text } = await get(query);
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(headers['content-disposition']).toBe(`attachment; filename="cohort-${cohortId}-persons.csv"`);
    const at = (second: number) => `2024-01-01T00:00:0${second}.000Z`;
    expect(text.split('\r\n')).toEqual([
      'id,email,name,created_at,properties.age,properties.name,properties.plan,distinct_ids.0,distinct_ids.1',
      `${uuids[2]},cid@other.org,cid@other.org,${at(3)},,"'=HYPERLINK(""http://evil"")",pro,,`,
      `${uuids[1]},bob@example.com,bob@example.com,${at(2)},40,Bob_100%,free,Bob-1,`,
      `${uuids[0]},ann@example.com,ann@example.com,${at(1)},30,Ann,pro,ann-1,ann-2`,
      '',
    ]);
  });

  it('needs both scopes', async () => {
    const { createApiKey } = await import('#persistence');
    for (const scopes of [['cohort:read'], ['person:read']]) {
      const { key } = await createApiKey(test.database.database.pool, { scopes });
      const url = `/api/projects/${test.project.id}/cohorts/${cohortId}/persons/`;
      expect((await test.callAs(key, 'GET', url)).status).toBe(403);
    }
  });
});
