import { createTestProject, type TestProject, useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

const IS_SET = { type: 'person', key: 'email', operator: 'is_set' };
const filtersOf = (...values: unknown[]) => ({ properties: { type: 'AND', values } });
const valid = { name: 'Users with Email', filters: filtersOf(IS_SET) };

type Row = [string, unknown, number, string, string | null, Record<string, string>?];

describe('a create that cannot be stored', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;

  beforeAll(async () => {
    project = await createTestProject(database.database);
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  const create = (body: unknown, headers = {}) =>
    gateway.call(`/api/projects/${project.id}/cohorts/`, { method: 'POST', key: project.apiKey, body, headers });
  const stored = async () => {
    const { rows } = await database.database.pool.query<{ cohorts: number; messages: number }>(
      'SELECT (SELECT count(*)::int FROM cohort) AS cohorts, (SELECT count(*)::int FROM outbox) AS messages',
    );
    return rows[0];
  };

  const deepGroup = (levels: number): unknown =>
    levels === 0 ? IS_SET : { type: 'AND', values: [deepGroup(levels - 1)] };
  const leaf = (change: object) => ({ ...valid, filters: filtersOf({ ...IS_SET, ...change }) });
  const behavior = (change: object) => ({
    ...valid,
    filters: filtersOf({
      type: 'behavioral',
      key: 'a',
      value: 'performed_event',
      event_type: 'events',
      time_value: 1,
      time_interval: 'day',
      ...change,
    }),
  });
  const AT = 'filters__properties__values__0';
  const HTML = { 'content-type': 'text/html' };

  it.each<Row>([
    ['no JSON', '{"name": ', 400, 'parse_error', null],
    ['text after the JSON', '{"name":"a"} x', 400, 'parse_error', null],
    ['a raw line break in a string', '{"name":"a\n"}', 400, 'parse_error', null],
    ['NaN', '{"name":"a","x":NaN}', 400, 'parse_error', null],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'parse_error', null],
    ['a list', [valid], 400, 'invalid', null],
    ['a string', '"name"', 400, 'invalid', null],
    ['null', 'null', 400, 'invalid', null],
    ['an empty body', '', 400, 'required', 'name'],
    ['no name', { filters: valid.filters }, 400, 'required', 'name'],
    ['a null name', { ...valid, name: null }, 400, 'null', 'name'],
    ['an empty name', { ...valid, name: '' }, 400, 'blank', 'name'],
    ['a blank name', { ...valid, name: ' \t ' }, 400, 'blank', 'name'],
    ['a numeric name', { ...valid, name: 7 }, 400, 'invalid', 'name'],
    ['a name that is an object', { ...valid, name: {} }, 400, 'invalid', 'name'],
    ['a name only in __proto__', '{"__proto__":{"name":"a"}}', 400, 'required', 'name'],
    ['a long name', { ...valid, name: 'a'.repeat(401) }, 400, 'max_length', 'name'],
    ['NUL in the name', '{"name":"a\\u0000b"}', 400, 'null_characters_not_allowed', 'name'],
    ['a lone surrogate in the name', '{"name":"a\\ud800b"}', 400, 'surrogate_characters_not_allowed', 'name'],
    ['a null description', { ...valid, description: null }, 400, 'null', 'description'],
    ['a description that is a list', { ...valid, description: [] }, 400, 'invalid', 'description'],
    ['a long description', { ...valid, description: 'a'.repeat(1001) }, 400, 'max_length', 'description'],
    ['is_static as text', { ...valid, is_static: 'maybe' }, 400, 'invalid', 'is_static'],
    ['is_static null', { ...valid, is_static: null }, 400, 'null', 'is_static'],
    [
      'a static cohort of no uuids',
      { name: 'a', is_static: true, _create_static_person_ids: [1] },
      400,
      'invalid',
      '_create_static_person_ids__0',
    ],
    [
      'person ids no list',
      { name: 'a', is_static: true, _create_static_person_ids: 'x' },
      400,
      'not_a_list',
      '_create_static_person_ids',
    ],
    [
      'a static cohort of a query',
      { name: 'a', is_static: true, query: { kind: 'HogQLQuery' } },
      400,
      'invalid',
      'query',
    ],
    ['filters null', { ...valid, filters: null }, 400, 'invalid', 'filters__detail'],
    ['filters {}', { ...valid, filters: {} }, 400, 'invalid', 'filters__detail'],
    ['filters as text', { ...valid, filters: 'email' }, 400, 'invalid', 'filters__detail'],
    ['filters as list', { ...valid, filters: [] }, 400, 'invalid', 'filters__detail'],
    ['a leaf at the top', { ...valid, filters: { properties: IS_SET } }, 400, 'invalid', 'filters__properties__key'],
    [
      'an unknown key beside properties',
      { ...valid, filters: { ...valid.filters, a: 1 } },
      400,
      'invalid',
      'filters__a',
    ],
    [
      'an unknown group type',
      { ...valid, filters: { properties: { type: 'XOR', values: [IS_SET] } } },
      400,
      'invalid',
      'filters__properties__type',
    ],
    [
      'values no list',
      { ...valid, filters: { properties: { type: 'OR', values: {} } } },
      400,
      'invalid',
      'filters__properties__values',
    ],
    ['an empty group', { ...valid, filters: filtersOf() }, 400, 'invalid', 'filters__properties__values'],
    ['a leaf that is null', { ...valid, filters: filtersOf(null) }, 400, 'invalid', AT],
    ['an unknown leaf type', leaf({ type: 'element' }), 400, 'invalid', `${AT}__type`],
    ['a leaf type from Object.prototype', leaf({ type: 'constructor' }), 400, 'invalid', `${AT}__type`],
    ['an unknown key of a leaf', leaf({ not_a_field: 1 }), 400, 'invalid', `${AT}__not_a_field`],
    ['an unknown operator', leaf({ operator: 'sounds_like', value: 'a' }), 400, 'invalid', `${AT}__operator`],
    ['a missing operator', leaf({ operator: undefined, value: 'a' }), 400, 'invalid', `${AT}__operator`],
    ['a missing value', leaf({ operator: 'exact' }), 400, 'invalid', `${AT}__value`],
    ['a value that is an object', leaf({ operator: 'exact', value: { a: 1 } }), 400, 'invalid', `${AT}__value`],
    ['negation as number', leaf({ negation: 1 }), 400, 'invalid', `${AT}__negation`],
    ['a numeric key', leaf({ key: 5 }), 400, 'invalid', `${AT}__key`],
    [
      'a monstrous number',
      '{"name":"a","filters":{"properties":{"type":"AND","values":[{"type":"person","key":"a","operator":"gt","value":1e999}]}}}',
      400,
      'number_out_of_range',
      `${AT}__value`,
    ],
    ['NUL in a value', leaf({ operator: 'exact', value: 'a\0' }), 400, 'null_characters_not_allowed', `${AT}__value`],
    ['NUL in a key', '{"name":"a","filters":{"\\u0000":1}}', 400, 'null_characters_not_allowed', 'filters'],
    [
      'half a pair in a value',
      leaf({ operator: 'exact', value: '\udc00' }),
      400,
      'surrogate_characters_not_allowed',
      `${AT}__value`,
    ],
    ['an unknown behavior', behavior({ value: 'slept' }), 400, 'invalid', `${AT}__value`],
    ['a window of no days', behavior({ time_value: 0 }), 400, 'invalid', `${AT}__time_value`],
    ['a huge window', behavior({ time_value: 99999999999999 }), 400, 'invalid', `${AT}__time_value`],
    ['an unknown interval', behavior({ time_interval: 'fortnight' }), 400, 'invalid', `${AT}__time_interval`],
    [
      'twelve nested groups',
      { ...valid, filters: { properties: deepGroup(12) } },
      400,
      'invalid',
      `filters__properties${'__values__0'.repeat(10)}`,
    ],
    ['thirty nested groups', { ...valid, filters: { properties: deepGroup(30) } }, 400, 'too_deep', 'filters'],
    [
      'a hundred thousand brackets',
      `{"name":"a","filters":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
      'too_deep',
      'filters',
    ],
    [
      'two hundred and one conditions',
      { ...valid, filters: filtersOf(...Array.from({ length: 201 }, () => IS_SET)) },
      400,
      'invalid',
      'filters__properties__values__200',
    ],
    ['groups no list', { ...valid, groups: 'a' }, 400, 'invalid', 'groups'],
    ['legacy groups', { ...valid, groups: [{ properties: [] }] }, 400, 'invalid', 'groups'],
    ['query as text', { name: 'a', query: 'SELECT 1' }, 400, 'invalid', 'query'],
    ['an unknown query', { name: 'a', query: { kind: 'EventsQuery' } }, 400, 'invalid', 'query'],
    ['query and filters', { ...valid, query: { kind: 'HogQLQuery' } }, 400, 'invalid', null],
    ['a dynamic query', { name: 'a', query: { kind: 'HogQLQuery' } }, 400, 'invalid', null],
    ['an unknown cohort type', { ...valid, cohort_type: 'weekly' }, 400, 'invalid_choice', 'cohort_type'],
    ['another cohort type', { ...valid, cohort_type: 'behavioral' }, 400, 'invalid', 'cohort_type'],
    ['a cohort type without filters', { name: 'a', cohort_type: 'behavioral' }, 400, 'invalid', 'cohort_type'],
    ['text/html', JSON.stringify(valid), 415, 'unsupported_media_type', null, HTML],
    [
      'UTF-16',
      JSON.stringify(valid),
      415,
      'unsupported_media_type',
      null,
      { 'content-type': 'application/json; charset=utf-16' },
    ],
    ['a form', 'name=a', 415, 'unsupported_media_type', null, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['gzip', JSON.stringify(valid), 415, 'unsupported_media_type', null, { 'content-encoding': 'gzip' }],
    ['more than a megabyte', { ...valid, description: 'a'.repeat(1_100_000) }, 413, 'request_too_large', null],
  ])('refuses %s: no row, no message', async (...row) => {
    const [, body, status, code, attr, headers] = row;
    const before = await stored();
    const answer = await create(body, headers);
    expect({ status: answer.status, code: answer.body['code'], attr: answer.body['attr'] }).toEqual({
      status,
      code,
      attr,
    });
    expect(Object.keys(answer.body).sort()).toEqual(['attr', 'code', 'detail', 'type']);
    expect(await stored()).toEqual(before);
  });
});
