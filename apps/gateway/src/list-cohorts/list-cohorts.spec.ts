import { createApiKey } from '#persistence';
import { createTestProject } from '#testing';

import { useGateway } from '../testing/use-gateway.js';

const filtersOf = (...values: unknown[]) => ({ properties: { type: 'AND', values } });
const reference = (id: number | string) => ({ type: 'cohort', key: 'id', value: id });
const EMAIL = filtersOf({ type: 'person', key: 'email', operator: 'is_set' });
const behavior = (value: string) =>
  filtersOf({ type: 'behavioral', key: 'x', value, event_type: 'events', time_value: 1, time_interval: 'day' });

describe('the list of cohorts', () => {
  const test = useGateway();
  const ids: Record<string, number> = {};

  beforeAll(async () => {
    const bodies: [string, object][] = [
      ['Power Users', { filters: EMAIL }],
      ['Powder rooms', { is_static: true }],
      ['Signed up', { filters: behavior('performed_event') }],
      ['First time', { filters: behavior('performed_event_first_time') }],
      ['100% sure', { filters: EMAIL }],
      ['100 sure', { filters: EMAIL }],
    ];
    for (const [name, body] of bodies) {
      ids[name] = (await test.create({ name, ...body })).id;
    }
    ids['Refers'] = (await test.create({ name: 'Refers', filters: filtersOf(reference(ids['Signed up']!)) })).id;
    ids['Refers far'] = (
      await test.create({ name: 'Refers far', filters: filtersOf(reference(String(ids['Refers']))) })
    ).id;
    ids['Snapshot'] = (
      await test.create({ name: 'Snapshot', is_static: true, filters: behavior('performed_event') })
    ).id;
    ids['Of snapshot'] = (
      await test.create({ name: 'Of snapshot', filters: filtersOf(reference(ids['Snapshot'])) })
    ).id;
    ids['Gone'] = (await test.create({ name: 'Power gone', filters: EMAIL })).id;
    await test.call('PATCH', `cohorts/${ids['Gone']}/`, { deleted: true });
  });

  const list = async (query = '') => {
    const { status, body } = await test.call('GET', `cohorts/${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as { count: number; next: string | null; previous: string | null; results: Record<string, unknown>[] };
  };
  const names = async (query: string) => (await list(query)).results.map(({ name }) => name);
  const ALL = [
    'Of snapshot',
    'Snapshot',
    'Refers far',
    'Refers',
    '100 sure',
    '100% sure',
    'First time',
    'Signed up',
    'Powder rooms',
    'Power Users',
  ];

  it('is newest first, without the deleted, each row whole', async () => {
    const { count, results } = await list();
    expect(results.map(({ name }) => name)).toEqual(ALL);
    expect(count).toBe(ALL.length);
    const detail = await test.call('GET', `cohorts/${ids['Refers']}/`);
    expect(results[3]).toEqual(detail.body);
  });

  it('pages with absolute links that keep the other parameters', async () => {
    const page = await list('?type=dynamic&limit=3&offset=3');
    expect(page.results.map(({ name }) => name)).toEqual(['100 sure', '100% sure', 'First time']);
    expect(page.next).toMatch(/^http:\/\/.*\/cohorts\/\?type=dynamic&limit=3&offset=6$/);
    expect(page.previous).toMatch(/\?type=dynamic&limit=3&offset=0$/);
    expect((await list('?type=dynamic&limit=3&offset=1')).previous).toMatch(/\?type=dynamic&limit=3&offset=0$/);
    expect((await list('?type=dynamic&limit=8')).next).toBeNull();
    expect((await list('?offset=500')).results).toEqual([]);
  });

  it('filters by type, ignoring other words', async () => {
    expect(await names('?type=static')).toEqual(['Snapshot', 'Powder rooms']);
    expect(await names('?type=dynamic')).toHaveLength(8);
    expect(await names('?type=other')).toEqual(ALL);
    expect(await names('?type=')).toEqual(ALL);
  });

  it('filters by creator', async () => {
    const { key } = await createApiKey(test.database.database.pool, { scopes: ['*'], email: 'eve@muster.example' });
    const url = `/api/projects/${test.project.id}/cohorts/`;
    const made = await test.callAs(key, 'POST', url, { name: 'Power of Eve' });
    const eve = (made.body['created_by'] as { id: number }).id;
    expect(await names(`?created_by_id=${eve}`)).toEqual(['Power of Eve']);
    expect(await names(`?created_by_id=${eve}&search=power&type=dynamic`)).toEqual(['Power of Eve']);
    expect(await names(`?created_by_id=${eve}&type=static`)).toEqual([]);
    await test.call('PATCH', `cohorts/${String(made.body['id'])}/`, { deleted: true });
  });

  it('searches in two tiers: names that contain the term, else names like it', async () => {
    const exact = await list('?search=POWER');
    expect(exact.results.map(({ name, search_match_type }) => [name, search_match_type])).toEqual([
      ['Power Users', 'exact'],
    ]);
    expect(exact.count).toBe(1);
    const similar = await list('?search=Powr%20Usr');
    expect(similar.results[0]).toMatchObject({ name: 'Power Users', search_match_type: 'similar' });
    expect((await list('?search=zzzzqqq')).results).toEqual([]);
    const best = await list('?search=sure');
    expect(best.results.map(({ name }) => name)).toEqual(['100 sure', '100% sure']);
    expect(best.results.every((row) => row['search_match_type'] === 'exact')).toBe(true);
    expect((await list('?search=sure&offset=7')).count).toBe(2);
  });

  it('searches for % and _ as they are, strips NUL, and takes blanks for no search', async () => {
    expect(await names('?search=100%25')).toEqual(['100% sure']);
    expect(await names('?search=0_')).toEqual([]);
    expect(await names('?search=100%25%00%20s')).toEqual(['100% sure']);
    for (const blank of ['?search=', '?search=%20%20', '?search=%00']) {
      const { results } = await list(blank);
      expect(results.map(({ name }) => name)).toEqual(ALL);
      expect(results[0]).not.toHaveProperty('search_match_type');
    }
  });

  it('hides what asks for events, also by references; lists stop the way', async () => {
    const shown = ['Of snapshot', 'Snapshot', '100 sure', '100% sure', 'Powder rooms', 'Power Users'];
    expect(await names('?hide_behavioral_cohorts=true')).toEqual(shown);
    expect(await names('?hide_behavioral_cohorts=false')).toEqual(ALL);
    expect(await names('?hide_behavioral_cohorts=true&search=signed')).toEqual([]);
  });

  it('gives basic rows without definitions', async () => {
    const { results } = await list('?basic=true&limit=1');
    const whole = (await list('?limit=1')).results[0]!;
    const { filters, query, groups, ...basic } = whole;
    expect(results).toEqual([basic]);
    expect([filters, query, groups]).not.toContain(undefined);
  });

  it.each([
    ['limit=-1', 'limit'],
    ['limit=0', 'limit'],
    ['limit=1e9', 'limit'],
    ['limit=1000000000', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['offset=-1', 'offset'],
    ['offset=2147483648', 'offset'],
    ['offset=x', 'offset'],
    ['created_by_id=2147483648', 'created_by_id'],
    ['created_by_id=-1', 'created_by_id'],
    ['created_by_id=x', 'created_by_id'],
    ['type=static&type=dynamic', 'type'],
    ['basic=true&basic=true', 'basic'],
    ['basic=maybe', 'basic'],
    ['hide_behavioral_cohorts=2', 'hide_behavioral_cohorts'],
    ['search=a&search=b', 'search'],
    [`search=${'%25'.repeat(10_000)}`, 'search'],
  ])('refuses the parameter %#', async (query, attr) => {
    const answer = await test.call('GET', `cohorts/?${query}`);
    expect([answer.status, answer.body['attr']]).toEqual([400, attr]);
  });

  it('says how long a search may be', async () => {
    const answer = await test.call('GET', `cohorts/?search=${'x'.repeat(201)}`);
    expect(answer.body['detail']).toBe('Search query must be 200 characters or fewer.');
  });

  it('holds nothing of another project', async () => {
    const other = await createTestProject(test.database.database);
    const answer = await test.callAs(other.apiKey, 'GET', `/api/projects/${other.id}/cohorts/?search=power`);
    expect(answer.body).toEqual({ count: 0, next: null, previous: null, results: [] });
  });
});
