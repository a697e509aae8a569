import { parseFilters } from '#cohort-core';
import { explainInProject } from '#persistence';
import { useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';
import { DAY_MS, did, type Node, NOW, proveUntil, Scene } from '../testing/scene.js';
import type { Told } from '../testing/tell-world.js';

describe('the evidence of a condition, and how long it stays so', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  const scene = (told: Told, timezone?: string) => Scene.of(gateway, database.database, told, timezone);

  beforeAll(async () => {
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  const VIEWS: Told = {
    did: [
      ['view', '2024-01-10T10:00:00Z'],
      ['view', '2024-03-09T10:00:00Z'],
      ['view', '2024-03-10T10:00:00Z', { amount: 60 }],
      ['view', '2024-03-14T10:00:00Z'],
      ['buy', '2024-03-10T12:00:00Z'],
      ['view', '2024-03-16T10:00:00Z'],
    ],
  };

  /** The condition, whether it holds at NOW, when time alone changes that, and the evidence. */
  it.each<[string, object, boolean, string | null, object]>([
    [
      'performed_event',
      did('performed_event'),
      true,
      // The window is seven days and today; the last view is tomorrow's, which leaves on the 24th.
      '2024-03-24T00:00:00.000Z',
      {
        from: '2024-03-08T00:00:00.000Z',
        to: '2024-03-16T00:00:00.000Z',
        count: 3,
        first: '2024-03-09T10:00:00.000Z',
        last: '2024-03-14T10:00:00.000Z',
        events: ['2024-03-09T10:00:00.000Z', '2024-03-10T10:00:00.000Z', '2024-03-14T10:00:00.000Z'],
      },
    ],
    [
      'performed_event, denied',
      did('performed_event', { negation: true }),
      false,
      '2024-03-24T00:00:00.000Z',
      { count: 3 },
    ],
    [
      'performed_event with a filter',
      did('performed_event', { event_filters: [{ type: 'event', key: 'amount', operator: 'gt', value: 50 }] }),
      true,
      '2024-03-18T00:00:00.000Z',
      { count: 1, events: ['2024-03-10T10:00:00.000Z'] },
    ],
    [
      'performed_event of dates that do not move',
      did('performed_event', { explicit_datetime: '2024-01-01', explicit_datetime_to: '2024-01-31' }),
      true,
      null,
      { count: 1, to: '2024-02-01T00:00:00.000Z', events: ['2024-01-10T10:00:00.000Z'] },
    ],
    [
      'performed_event_multiple',
      did('performed_event_multiple', { operator: 'gte', operator_value: 3 }),
      true,
      // The rolling window loses the 9th at ten o'clock; the one of the 16th has come in a little earlier, but for one.
      '2024-03-17T10:00:00.000Z',
      { from: '2024-03-08T12:', to: '2024-03-15T12:', count: 3 },
    ],
    [
      'performed_event_multiple with a count that grows',
      did('performed_event_multiple', { operator: 'gte', operator_value: 4, time_value: 30 }),
      false,
      // Clocks of clients may run five seconds ahead.
      '2024-03-16T09:59:55.001Z',
      { count: 3 },
    ],
    [
      'performed_event_first_time',
      did('performed_event_first_time', { time_value: 90 }),
      true,
      '2024-04-10T00:00:00.000Z',
      { from: '2023-12-16T00:00:00.000Z', events: ['2024-01-10T10:00:00.000Z'] },
    ],
    [
      'performed_event_sequence',
      did('performed_event_sequence', {
        seq_event: 'buy',
        seq_event_type: 'events',
        seq_time_value: 3,
        seq_time_interval: 'hour',
      }),
      true,
      '2024-03-18T00:00:00.000Z',
      { count: 3, events: ['2024-03-10T10:00:00.000Z', '2024-03-10T12:00:00.000Z'] },
    ],
    [
      'performed_event_regularly',
      did('performed_event_regularly', {
        time_value: 1,
        operator: 'gte',
        operator_value: 1,
        min_periods: 2,
        total_periods: 6,
      }),
      true,
      // The last six days hold the 9th, 10th and 14th. On the 17th the 16th counts, and the 10th leaves.
      null,
      { from: '2024-03-09T00:00:00.000Z', to: '2024-03-15T00:00:00.000Z', count: 3 },
    ],
    [
      'stopped_performing_event',
      did('stopped_performing_event', { time_value: 30, seq_time_value: 3, seq_time_interval: 'day' }),
      false,
      // The view of the 16th is recent until the 19th is over.
      '2024-03-20T00:00:00.000Z',
      { recent: { from: '2024-03-12T00:00:00.000Z', to: '2024-03-16T00:00:00.000Z' }, count: 3 },
    ],
    [
      'restarted_performing_event',
      did('restarted_performing_event', { time_value: 30, seq_time_value: 7, seq_time_interval: 'day' }),
      true,
      // Quiet until the end of the 8th; on the 16th the 9th is quiet no more.
      '2024-03-16T00:00:00.000Z',
      {
        quiet: { from: '2024-02-14T00:00:00.000Z', to: '2024-03-09T00:00:00.000Z' },
        recent: { from: '2024-03-08T00:00:00.000Z', to: '2024-03-16T00:00:00.000Z' },
        events: ['2024-01-10T10:00:00.000Z', '2024-03-09T10:00:00.000Z'],
      },
    ],
  ])('%s: evidence, and the instant when time changes it', async (name, leaf, matched, until, evidence) => {
    const stage = await scene(VIEWS);
    const node = await stage.leaf(leaf);
    expect(node.matched).toBe(matched);
    expect(summary(node.evidence)).toMatchObject(matching(evidence));
    if (name !== 'performed_event_regularly') {
      expect(node.until).toBe(until);
    }
    await proveUntil(stage, leaf, node);
  });

  it.each<[string, Told, object, boolean, string | null]>([
    [
      'a date that grows old',
      { properties: { trial_ends: '2024-03-10T08:00:00Z' } },
      { type: 'person', key: 'trial_ends', operator: 'is_date_after', value: '-7d' },
      true,
      '2024-03-17T08:00:00.000Z',
    ],
    [
      'a date to come, as unix seconds',
      { properties: { renewed: 1_710_590_400 } },
      { type: 'person', key: 'renewed', operator: 'is_date_before', value: '-1h' },
      false,
      '2024-03-16T13:00:00.001Z',
    ],
    [
      'a date that is none',
      { properties: { renewed: 'soon' } },
      { type: 'person', key: 'renewed', operator: 'is_date_before', value: '-1h' },
      false,
      null,
    ],
    [
      'created_at',
      { createdAt: '2024-03-01T06:00:00Z' },
      { type: 'person_metadata', key: 'created_at', operator: 'gt', value: '-1m' },
      true,
      '2024-04-01T06:00:00.000Z',
    ],
    [
      'a date in an event',
      { did: [['view', '2024-03-14T10:00:00Z', { due: '2024-03-15T06:00:00Z' }]] },
      did('performed_event', {
        event_filters: [{ type: 'event', key: 'due', operator: 'is_date_after', value: '-1d' }],
      }),
      true,
      '2024-03-16T06:00:00.000Z',
    ],
  ])('%s: until when', async (_, told, leaf, matched, until) => {
    const stage = await scene(told);
    const node = await stage.leaf(leaf);
    expect([node.matched, node.until]).toEqual([matched, until]);
    await proveUntil(stage, leaf, node);
  });

  it('goes by the days of the project, the one of 23 hours too', async () => {
    const stage = await scene({ did: [['view', '2024-03-10T04:30:00Z']] }, 'America/New_York');
    await database.database.pool.query(
      `UPDATE project SET clock_offset = '2024-03-10T12:00:00Z' - clock_timestamp() WHERE id = $1`,
      [stage.project.id],
    );
    const leaf = did('performed_event', { time_value: 1 });
    const node = await stage.leaf(leaf);
    expect(node.until).toBe('2024-03-11T04:00:00.000Z');
    await proveUntil(stage, leaf, node);
  });

  it('says how far was looked when there was no time to look further', async () => {
    const { project, ann } = await scene(VIEWS);
    const { tree } = parseFilters({ properties: { type: 'AND', values: [did('performed_event')] } });
    const question = { projectId: project.id, timezone: 'UTC', at: new Date(NOW), ordinal: ann.ordinal };
    const { leaves } = await database.database.transaction((transaction) =>
      explainInProject(transaction, tree, { ...question, isOverdue: () => true }),
    );
    const [{ until, searchedTo } = {}] = leaves.values();
    expect([until, searchedTo?.epochMilliseconds]).toEqual([null, Date.parse(NOW)]);
  });

  it('shows an action by its steps', async () => {
    const stage = await scene(VIEWS);
    const { body } = await stage.call('POST', 'actions/', {
      name: 'large',
      steps: [{ event: 'view', properties: [{ key: 'amount', operator: 'gt', value: 50 }] }, { event: 'buy' }],
    });
    const leaf = did('performed_event', { key: body['id'], event_type: 'actions' });
    const node = await stage.leaf(leaf);
    expect(summary(node.evidence)).toMatchObject({
      count: 2,
      events: ['2024-03-10T10:00:00.000Z', '2024-03-10T12:00:00.000Z'],
    });
    await proveUntil(stage, leaf, node);
  });

  it('finds the change behind many events that change nothing', async () => {
    const minutes = Array.from({ length: 120 }, (_, index) => new Date(Date.parse(NOW) - index * 60_000 - DAY_MS));
    const stage = await scene({ did: minutes.map((at) => ['view', at.toISOString()] as const) });
    const leaf = did('performed_event_multiple', { operator: 'gte', operator_value: 5 });
    const node = await stage.leaf(leaf);
    // Five are left until the fifth from the end has been gone for a week.
    expect(node.until).toBe('2024-03-21T11:56:00.000Z');
    await proveUntil(stage, leaf, node);
  });
});

/** Instants are expected by their beginning: the clock runs on while the test does. */
function matching(evidence: object): object {
  return Object.fromEntries(
    Object.entries(evidence).map(([field, value]) => [
      field,
      typeof value === 'string' ? (expect.stringContaining(value) as unknown) : (value as unknown),
    ]),
  );
}

/** Events by their times. */
function summary({ events, ...evidence }: Node['evidence']): object {
  return { ...evidence, events: events.map(({ timestamp }) => timestamp) };
}
