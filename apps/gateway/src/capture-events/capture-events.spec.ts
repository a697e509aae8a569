import { gzipSync } from 'node:zlib';

import { PostHog } from 'posthog-node';

import { type CapturedEvent, TOPICS } from '#contracts';
import type { ReceivedMessage } from '#messaging';
import { createTestProject, readTopic, type TestProject, useDatabase, useKafka } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TEXT = { 'content-type': 'text/plain' };

describe('capturing events', () => {
  const database = useDatabase();
  const kafka = useKafka();
  let gateway: GatewayFixture;
  let project: TestProject;

  beforeAll(async () => {
    project = await createTestProject(database.database);
    const { brokers, topicPrefix } = kafka;
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers, topicPrefix });
  });
  afterAll(() => gateway.close());

  const send = (path: string, body: unknown, headers = {}) => gateway.call(path, { method: 'POST', body, headers });
  const single = (change: object = {}) => ({ api_key: project.token, event: 'bought', distinct_id: 'jane', ...change });
  const batch = (...events: unknown[]) => ({ api_key: project.token, batch: events });
  let names = 0;
  const nextName = () => `event ${(names += 1)}`;
  const read = async (name: string, count = 1): Promise<ReceivedMessage<CapturedEvent>[]> => {
    const isMine = ({ value }: ReceivedMessage<CapturedEvent>) => value.event === name;
    return (await readTopic<CapturedEvent>(kafka, TOPICS.events, (all) => all.filter(isMine).length >= count)).filter(
      isMine,
    );
  };
  const only = async (name: string) => (await read(name))[0]!;

  it('puts an event on the topic, under the key of its person', async () => {
    const uuid = '0198c4e2-7a10-7c3e-9f00-1234567890ab';
    const name = nextName();
    const sent = single({ event: name, uuid: uuid.toUpperCase(), properties: { price: 3, $set: { plan: 'pro' } } });
    const before = new Date();
    const answer = await send('/capture/', sent);
    expect([answer.status, answer.body]).toEqual([200, { status: 'Ok', accepted: 1, dropped_count: 0, dropped: [] }]);
    const { key, id, value } = await only(name);
    expect([key, id]).toEqual([`${project.id}:jane`, uuid]);
    expect(value).toEqual({
      schema_version: 1,
      project_id: project.id,
      uuid,
      distinct_id: 'jane',
      event: name,
      timestamp: value.received_at,
      received_at: expect.any(String) as string,
      properties: { price: 3, $set: { plan: 'pro' } },
    });
    expect(Date.parse(value.received_at!)).toBeGreaterThanOrEqual(before.getTime());
  });

  it.each<[string, string, (name: string) => unknown, Record<string, string>]>([
    [
      '/batch',
      'gzip',
      (name) => gzipSync(JSON.stringify(batch({ event: name, distinct_id: 'a' }))),
      { 'content-encoding': 'gzip' },
    ],
    [
      '/e/?compression=gzip-js',
      'gzip in text/plain',
      (name) => gzipSync(JSON.stringify(single({ event: name }))),
      TEXT,
    ],
    ['/e/?compression=gzip', 'JSON that a proxy has unzipped', (name) => single({ event: name }), TEXT],
    [
      '/e/?compression=base64',
      'a base64 form',
      (name) => `data=${encodeURIComponent(Buffer.from(JSON.stringify(single({ event: name }))).toString('base64'))}`,
      FORM,
    ],
    ['/e/', 'a form of JSON', (name) => `data=${encodeURIComponent(JSON.stringify(single({ event: name })))}`, FORM],
    ['/e/', 'JSON called a form, as curl does', (name) => JSON.stringify(single({ event: name })), FORM],
    [
      '/i/v0/e/',
      'a batch whose events have a property of that name',
      (name) => ({
        api_key: project.token,
        batch: [{ event: name, distinct_id: 'a', properties: { token: 'device-42', api_key: 'mine' } }],
      }),
      {},
    ],
    [
      '/e/',
      'a list whose events name the token',
      (name) => [{ event: name, properties: { token: project.token, distinct_id: 'a' } }],
      {},
    ],
    ['/i/v0/e', 'a list', (name) => JSON.stringify([single({ event: name })]), TEXT],
    ['/capture', 'token instead of api_key', (name) => ({ token: project.token, event: name, distinct_id: 5 }), {}],
  ])('takes %s with %s', async (path, _, bodyOf, headers) => {
    const name = nextName();
    const answer = await send(path, bodyOf(name), headers);
    expect(answer.body).toMatchObject({ status: 'Ok', accepted: 1 });
    expect((await only(name)).value.project_id).toBe(project.id);
  });

  it('moves person updates into the properties, those beside them winning', async () => {
    const name = nextName();
    const properties = { $set: { a: 1, b: 1 }, $set_once: { c: 1 }, $unset: ['d'] };
    await send('/e/', single({ event: name, properties, $set: { b: 2 }, $unset: { e: true } }));
    expect((await only(name)).value.properties).toEqual({
      $set: { a: 1, b: 2 },
      $set_once: { c: 1 },
      $unset: ['d', 'e'],
    });
  });

  it('gives an event without a valid uuid a new one, and keeps $process_person_profile', async () => {
    const name = nextName();
    const properties = { $process_person_profile: false };
    await send(
      '/batch/',
      batch(...['nonsense', 7, undefined].map((uuid) => ({ event: name, distinct_id: 'a', uuid, properties }))),
    );
    const events = await read(name, 3);
    expect(new Set(events.map(({ value }) => value.uuid)).size).toBe(3);
    for (const { id, value } of events) {
      expect(value.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect([id, value.process_person]).toEqual([value.uuid, false]);
    }
  });

  it('corrects the clock of the sender', async () => {
    const name = nextName();
    const event = { event: name, distinct_id: 'a', timestamp: '2020-01-01T10:00:00Z' };
    await send('/batch/', { ...batch(event), sent_at: '2020-01-01T10:00:05.000Z' });
    const { value } = await only(name);
    expect(Date.parse(value.received_at!) - Date.parse(value.timestamp!)).toBe(5_000);
  });

  it('drops what is broken in a batch, says why, and takes the rest', async () => {
    const name = nextName();
    const good = { event: name, distinct_id: 'a' };
    const deep: unknown = JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`);
    const broken: [unknown, string][] = [
      [7, 'not_an_object'],
      [null, 'not_an_object'],
      [{ distinct_id: 'a' }, 'missing_event_name'],
      [{ ...good, event: '' }, 'missing_event_name'],
      [{ ...good, event: 5 }, 'missing_event_name'],
      [{ ...good, event: 'a'.repeat(201) }, 'event_name_too_long'],
      [{ event: name }, 'missing_distinct_id'],
      [{ ...good, distinct_id: '' }, 'missing_distinct_id'],
      [{ ...good, distinct_id: {} }, 'missing_distinct_id'],
      [{ ...good, distinct_id: 'a'.repeat(401) }, 'distinct_id_too_long'],
      [{ ...good, distinct_id: 0 }, 'illegal_distinct_id'],
      [{ ...good, distinct_id: 'NaN' }, 'illegal_distinct_id'],
      [{ ...good, distinct_id: 'Undefined' }, 'illegal_distinct_id'],
      [{ ...good, distinct_id: '[object Object]' }, 'illegal_distinct_id'],
      [{ ...good, properties: [] }, 'invalid_properties'],
      [{ ...good, $set: 'a' }, 'invalid_set'],
      [{ ...good, properties: { $set_once: [] } }, 'invalid_set_once'],
      [{ ...good, $unset: [1] }, 'invalid_unset'],
      [{ ...good, event: '$identify', properties: { $process_person_profile: false } }, 'person_processing_off'],
      [{ ...good, properties: { a: 'b\0' } }, 'null_characters_not_allowed'],
      [{ ...good, distinct_id: 'b\0' }, 'null_characters_not_allowed'],
      [{ ...good, properties: { ['\ud800']: 1 } }, 'surrogate_characters_not_allowed'],
      [{ ...good, properties: { deep } }, 'too_deep'],
      [{ ...good, properties: { text: 'a'.repeat(950_000) } }, 'event_too_large'],
    ];
    const answer = await send(
      '/batch/',
      batch(good, ...broken.map(([event]) => event), { ...good, distinct_id: 'last' }),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      status: 'Ok',
      accepted: 2,
      dropped_count: broken.length,
      dropped: broken.map(([, reason], index) => ({ index: index + 1, reason })),
    });
    expect((await read(name, 2)).map(({ value }) => value.distinct_id).sort()).toEqual(['a', 'last']);
    const { text } = await gateway.call('/metrics');
    expect(text).toContain('muster_gateway_captured_events_total{result="dropped",reason="invalid_set"} 1');
  });

  it.each<[string, string, (token: string) => unknown, number, string, string | null, Record<string, string>?]>([
    ['no JSON', '/e/', () => '{"event"', 400, 'parse_error', null],
    ['an empty body', '/e/', () => ' ', 400, 'invalid', null],
    ['a number', '/e/', () => '7', 400, 'invalid', null, TEXT],
    ['broken gzip', '/e/', () => Buffer.from([0x1f, 0x8b, 1, 2]), 400, 'parse_error', null],
    ['gzip that is none', '/e/', () => '{}', 400, 'parse_error', null, { 'content-encoding': 'gzip' }],
    ['brotli', '/e/', () => '{}', 415, 'unsupported_media_type', null, { 'content-encoding': 'br' }],
    ['a zip bomb', '/e/', () => gzipSync(Buffer.alloc(25_000_000)), 413, 'request_too_large', null],
    ['lz64', '/e/?compression=lz64', () => '{}', 400, 'invalid', 'compression'],
    ['broken UTF-8', '/e/', () => Buffer.from('{"a":"\xff"}', 'latin1'), 400, 'parse_error', null],
    ['no token', '/batch/', () => ({ batch: [{ event: 'a', distinct_id: 'a' }] }), 401, 'missing_api_key', null],
    ['an unknown token', '/batch/', () => ({ api_key: 'phc_x', batch: [1] }), 401, 'invalid_api_key', null],
    ['NUL in the token', '/batch/', () => '{"api_key":"\\u0000","batch":[1]}', 401, 'invalid_api_key', null],
    ['two tokens', '/e/', (token) => [{ token }, { token: 'phc_x' }], 400, 'invalid', 'api_key'],
    ['an empty batch', '/batch/', (api_key) => ({ api_key, batch: [] }), 400, 'invalid', 'batch'],
    ['a batch that is none', '/batch/', (api_key) => ({ api_key, batch: {} }), 400, 'invalid', 'batch'],
    [
      'too many events',
      '/batch/',
      (api_key) => ({ api_key, batch: Array(20_001).fill(1) as unknown }),
      413,
      'request_too_large',
      'batch',
    ],
    [
      'a broken single event',
      '/e/',
      (api_key) => ({ api_key, event: 'a', distinct_id: 'null' }),
      400,
      'illegal_distinct_id',
      'distinct_id',
    ],
    ['an event without name', '/e/', (api_key) => ({ api_key, distinct_id: 'a' }), 400, 'missing_event_name', 'event'],
    [
      'NUL deep inside',
      '/e/',
      (api_key) => ({ api_key, event: 'a', distinct_id: 'a', properties: { b: { c: '\0' } } }),
      400,
      'null_characters_not_allowed',
      'properties__b__c',
    ],
  ])('refuses %s', async (...row) => {
    const [, path, bodyOf, status, code, attr, headers] = row;
    const answer = await send(path, bodyOf(project.token), headers);
    expect([answer.status, answer.body['code'], answer.body['attr']]).toEqual([status, code, attr]);
  });

  it('is spoken by posthog-node', async () => {
    await gateway.app.listen(0, '127.0.0.1');
    const name = nextName();
    const client = new PostHog(project.token, { host: await gateway.app.getUrl(), flushAt: 2 });
    client.identify({ distinctId: 'joe', properties: { email: 'joe@example.com' } });
    client.capture({ distinctId: 'joe', event: name, properties: { price: 1 } });
    client.alias({ distinctId: 'joe', alias: 'joseph' });
    await client.shutdown();
    expect((await only(name)).value).toMatchObject({ distinct_id: 'joe', properties: { price: 1 } });
    expect((await only('$identify')).value.properties).toMatchObject({ $set: { email: 'joe@example.com' } });
    expect((await only('$create_alias')).value.properties).toMatchObject({ alias: 'joseph' });
  });
});

describe('capturing events while Kafka is away', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;

  // Nobody listens on port 1.
  beforeAll(async () => {
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: 'away.' });
  });
  afterAll(() => gateway.close());

  it('asks the SDK to try again', async () => {
    const { token } = await createTestProject(database.database);
    const body = { api_key: token, event: 'bought', distinct_id: 'jane' };
    const answer = await gateway.call('/e/', { method: 'POST', body });
    expect([answer.status, answer.headers['retry-after'], answer.body['code']]).toEqual([
      503,
      '1',
      'service_unavailable',
    ]);
  });
});
