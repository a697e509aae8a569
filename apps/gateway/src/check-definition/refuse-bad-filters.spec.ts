import { createTestProject, eventually, type TestProject, useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

const AT = 'filters__properties__values__0';
/** For patterns that never end and trees that grow by themselves. A few milliseconds do, where others leave the machine for as long. */
const MAX_MS = 500;
const PERSON = { type: 'person', key: 'email', operator: 'exact', value: 'a' };
const METADATA = { type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-7d' };
const DID = {
  type: 'behavioral',
  key: 'view',
  value: 'performed_event',
  event_type: 'events',
  time_value: 7,
  time_interval: 'day',
};
const COUNT = { ...DID, value: 'performed_event_multiple', operator: 'gte', operator_value: 2 };
const SEQ = { seq_time_value: 1, seq_time_interval: 'day' };
const SEQUENCE = { ...DID, value: 'performed_event_sequence', seq_event: 'buy', seq_event_type: 'events', ...SEQ };
const REGULARLY = {
  ...COUNT,
  value: 'performed_event_regularly',
  min_periods: 2,
  total_periods: 4,
};
const STOPPED = { ...DID, value: 'stopped_performing_event', ...SEQ };
const RESTARTED = { ...DID, value: 'restarted_performing_event', ...SEQ };
const COHORT = { type: 'cohort', key: 'id', value: 1 };
const VALID = [PERSON, METADATA, DID, COUNT, SEQUENCE, REGULARLY, STOPPED, RESTARTED];

const without = (leaf: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(leaf).filter(([key]) => !keys.includes(key)));
const operator = (name: string, value: unknown) => ({ ...PERSON, operator: name, value });
const filter = (change: object) => ({ ...DID, event_filters: [{ type: 'event', key: 'a', value: 1, ...change }] });
const FILTER = `${AT}__event_filters__0`;

/** A leaf that stands alone in an AND, the path of what is wrong, and a word of the sentence that says so. */
type Row = [string, unknown, string, string];

const LEAVES: Row[] = [
  ['person without operator', without(PERSON, 'operator'), `${AT}__operator`, 'keys for person filter: operator'],
  ['person without value', without(PERSON, 'value'), `${AT}__value`, 'Missing required keys for person filter: value'],
  ['person with null value', { ...PERSON, value: null }, `${AT}__value`, 'value'],
  ['person without key', without(PERSON, 'key'), `${AT}__key`, 'key'],
  ['person with empty key', { ...PERSON, key: '' }, `${AT}__key`, 'non-empty'],
  ['person with a long key', { ...PERSON, key: 'k'.repeat(401) }, `${AT}__key`, '400'],
  ['person with time_value', { ...PERSON, time_value: 1 }, `${AT}__time_value`, 'Extra inputs'],
  ['operator of flags', operator('flag_evaluates_to', 'a'), `${AT}__operator`, 'Unknown operator'],
  ['operator of paths', operator('is_cleaned_path_exact', 'a'), `${AT}__operator`, 'Expected one of'],
  ['operator from Object.prototype', operator('toString', 'a'), `${AT}__operator`, 'Unknown operator'],
  ['operator as list', { ...PERSON, operator: ['exact'] }, `${AT}__operator`, 'Unknown operator'],
  ['list in a list', operator('exact', [['a']]), `${AT}__value__0`, 'Expected a string'],
  ['object in a list', operator('exact', ['a', {}]), `${AT}__value__1`, 'Expected a string'],
  ['a thousand and one values', operator('exact', Array(1_001).fill('a')), `${AT}__value`, '1000'],
  ['a long value', operator('exact', 'v'.repeat(401)), `${AT}__value`, '400'],
  ['between one number', operator('between', [1]), `${AT}__value`, '[min, max]'],
  ['between the wrong way round', operator('between', [2, 1]), `${AT}__value`, 'min <= max'],
  ['between texts', operator('not_between', ['a', 'b']), `${AT}__value`, 'two numbers'],
  ['between without a list', operator('between', 3), `${AT}__value`, 'two numbers'],
  ['a broken pattern', operator('regex', '(a'), `${AT}__value`, 'Invalid regular expression'],
  ['a pattern that looks ahead', operator('regex', '(?=a)'), `${AT}__value`, 'no look-around'],
  ['a pattern with a back-reference', operator('not_regex', '(a)\\1'), `${AT}__value`, 'back-references'],
  ['a long pattern', operator('regex', 'a'.repeat(257)), `${AT}__value`, '256'],
  ['a hostile repetition', operator('regex', '((a{1000}){1000}){1000}'), `${AT}__value`, 'Invalid regular'],
  ['a date that is none', operator('is_date_after', 'garbage'), `${AT}__value`, "Invalid date value 'garbage'"],
  ['an empty date', operator('is_date_before', ''), `${AT}__value`, 'Invalid date value'],
  ['unix seconds as date', operator('is_date_before', '9999999999'), `${AT}__value`, 'Expected a relative date'],
  ['10,000 days ago', operator('is_date_after', '-10000d'), `${AT}__value`, 'Invalid date value'],
  ['30 February', operator('is_date_exact', '2024-02-30'), `${AT}__value`, 'Invalid date value'],
  ['half a version', operator('semver_gt', '1.2'), `${AT}__value`, 'three numbers'],
  ['a version with a leading zero', operator('semver_eq', '01.2.3'), `${AT}__value`, 'three numbers'],
  ['a tilde of words', operator('semver_tilde', 'one'), `${AT}__value`, "'1.2.3'"],
  ['a wildcard without star', operator('semver_wildcard', '1.2.3'), `${AT}__value`, "'1.*'"],
  ['negation as word', { ...PERSON, negation: 'yes' }, `${AT}__negation`, 'true or false'],
  ['an unknown column', { ...METADATA, key: 'email' }, `${AT}__key`, 'Unsupported person_metadata key'],
  ['text in created_at', { ...METADATA, operator: 'icontains' }, `${AT}__operator`, 'does not apply to created_at'],
  ['created_at after nothing', { ...METADATA, operator: 'gt', value: 'soon' }, `${AT}__value`, 'Invalid date value'],
  ['no event_type', without(DID, 'event_type'), `${AT}__event_type`, 'keys for behavioral filter: event_type'],
  ['another event_type', { ...DID, event_type: 'pages' }, `${AT}__event_type`, "'events' or 'actions'"],
  ['an event by number', { ...DID, key: 7 }, `${AT}__key`, 'non-empty string'],
  ['an action by name', { ...DID, event_type: 'actions' }, `${AT}__key`, 'must be an integer'],
  ['an action past int4', { ...DID, event_type: 'actions', key: 2 ** 31 }, `${AT}__key`, 'at most'],
  ['no behavior', without(DID, 'value'), `${AT}__value`, 'value'],
  ['a behavior from Object.prototype', { ...DID, value: 'valueOf' }, `${AT}__value`, 'Unknown behavior'],
  ['never performed', { ...DID, value: 'never_performed_event' }, `${AT}__value`, 'Expected one of'],
  ['no window', without(DID, 'time_value', 'time_interval'), AT, 'time_value and time_interval, or explicit_datetime'],
  ['no interval', without(DID, 'time_interval'), `${AT}__time_interval`, 'Invalid interval'],
  ['a window of quarters', { ...DID, time_interval: 'quarter' }, `${AT}__time_interval`, 'Invalid interval'],
  ['minus seven days', { ...DID, time_value: -7 }, `${AT}__time_value`, 'greater than 0, got -7'],
  ['seven and a half days', { ...DID, time_value: 7.5 }, `${AT}__time_value`, 'must be an integer'],
  ['a list of days', { ...DID, time_value: [7] }, `${AT}__time_value`, 'must be an integer'],
  ['10,000 years', { ...DID, time_value: 10_000, time_interval: 'year' }, `${AT}__time_value`, 'at most 9999'],
  ['from a word', { ...DID, explicit_datetime: 'yesterday' }, `${AT}__explicit_datetime`, 'ISO 8601'],
  [
    'to a number',
    { ...DID, explicit_datetime: '-7d', explicit_datetime_to: 7 },
    `${AT}__explicit_datetime_to`,
    'relative date',
  ],
  ['only an end', { ...without(DID, 'time_value', 'time_interval'), explicit_datetime_to: '-1d' }, AT, 'time_value'],
  ['an ignored count of text', { ...DID, operator_value: 'many' }, `${AT}__operator_value`, 'must be an integer'],
  ['no count', without(COUNT, 'operator_value'), `${AT}__operator_value`, 'must be an integer'],
  ['a count of zero', { ...COUNT, operator_value: 0 }, `${AT}__operator_value`, 'greater than 0'],
  ['a count as list', { ...COUNT, operator_value: [5] }, `${AT}__operator_value`, 'must be an integer'],
  ['a count by regex', { ...COUNT, operator: 'regex' }, `${AT}__operator`, 'count_operator must be'],
  ['no second event', without(SEQUENCE, 'seq_event'), `${AT}__seq_event`, 'non-empty'],
  ['no second event type', without(SEQUENCE, 'seq_event_type'), `${AT}__seq_event_type`, 'Event type'],
  ['a second action by name', { ...SEQUENCE, seq_event_type: 'actions' }, `${AT}__seq_event`, 'must be an integer'],
  ['no gap', without(SEQUENCE, 'seq_time_value'), `${AT}__seq_time_value`, 'must be an integer'],
  ['a gap in fortnights', { ...SEQUENCE, seq_time_interval: 'fortnight' }, `${AT}__seq_time_interval`, 'interval'],
  ['no periods', without(REGULARLY, 'total_periods'), `${AT}__total_periods`, 'must be an integer'],
  ['more of the periods than there are', { ...REGULARLY, min_periods: 5 }, `${AT}__min_periods`, 'cannot be greater'],
  ['a million periods', { ...REGULARLY, total_periods: 1_000_000 }, `${AT}__total_periods`, 'at most 1000'],
  [
    'periods beyond every calendar',
    { ...REGULARLY, time_value: 300, time_interval: 'year' },
    `${AT}__total_periods`,
    'at most',
  ],
  ['regularly without a count', without(REGULARLY, 'operator_value'), `${AT}__operator_value`, 'operator_value'],
  ['stopped without recent', without(STOPPED, 'seq_time_value'), `${AT}__seq_time_value`, 'must be an integer'],
  ['restarted without recent', without(RESTARTED, 'seq_time_interval'), `${AT}__seq_time_interval`, 'interval'],
  ['restarted by dates', { ...without(RESTARTED, 'time_value'), explicit_datetime: '-7d' }, `${AT}__time_value`, 'int'],
  ['event filters no list', { ...DID, event_filters: {} }, `${AT}__event_filters`, 'list'],
  ['an event filter of text', { ...DID, event_filters: ['a'] }, FILTER, 'condition on the event'],
  ['a hogql filter', filter({ type: 'hogql' }), `${FILTER}__type`, 'hogql conditions are not supported'],
  ['a person filter on an event', filter({ type: 'person' }), `${FILTER}__type`, "'event' or 'element'"],
  ['an element by class', filter({ type: 'element', key: 'class' }), `${FILTER}__key`, 'text, tag_name, href'],
  ['an event filter without value', filter({ value: undefined }), `${FILTER}__value`, 'event filter: value'],
  ['an event filter with a broken pattern', filter({ operator: 'regex', value: '[' }), `${FILTER}__value`, 'Invalid'],
  ['a cohort without value', without(COHORT, 'value'), `${AT}__value`, 'keys for cohort filter: value'],
  ['a cohort by name', { ...COHORT, value: 'friends' }, `${AT}__value`, 'must be an integer'],
  ['a cohort by another key', { ...COHORT, key: 'name' }, `${AT}__key`, "Expected 'id'"],
  ['a cohort with an operator', { ...COHORT, operator: 'in' }, `${AT}__operator`, 'Extra inputs'],
  ['a cohort that is not there', { ...COHORT, value: 2_147_483_647 }, `${AT}__value`, 'Invalid Cohort ID in filter'],
  ['an internal type', { ...COHORT, type: 'static-cohort' }, `${AT}__type`, 'Unknown type'],
  ['a feature flag', { ...PERSON, type: 'flag' }, `${AT}__type`, 'Expected one of'],
  ['a group beside a leaf', { type: 'OR', values: [PERSON] }, 'filters__properties__values', 'cannot contain both'],
];

describe('filters that can never be calculated', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;

  const send = (path: string, values: unknown[]) =>
    gateway.call(`/api/projects/${project.id}/cohorts/${path}`, {
      method: 'POST',
      key: project.apiKey,
      body: { name: 'a', filters: { properties: { type: 'AND', values } } },
    });
  const stored = async () => {
    const { rows } = await database.database.pool.query<{ cohorts: number; messages: number }>(
      'SELECT (SELECT count(*)::int FROM cohort) AS cohorts, (SELECT count(*)::int FROM outbox) AS messages',
    );
    return rows[0];
  };

  beforeAll(async () => {
    project = await createTestProject(database.database);
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
    const answers = [await send('', VALID), await send('preview/', VALID)];
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
  });
  afterAll(() => gateway.close());

  it.each(LEAVES)('are refused at once, with the place: %s', async (name, leaf, attr, words) => {
    const values = name === 'a group beside a leaf' ? [leaf, PERSON] : [leaf];
    const before = await stored();
    const answer = await eventually(async () => {
      const startedAt = performance.now();
      const refused = await send('', values);
      expect(performance.now() - startedAt).toBeLessThan(MAX_MS);
      return refused;
    });
    expect([answer.status, answer.body['code'], answer.body['attr']]).toEqual([400, 'invalid', attr]);
    expect(answer.body['detail']).toContain(words);
    expect(await stored()).toEqual(before);
    expect((await send('preview/', values)).body).toEqual(answer.body);
  });
});
