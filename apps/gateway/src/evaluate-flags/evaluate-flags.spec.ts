import { gzipSync } from 'node:zlib';

import { useFlagAnswers } from '../testing/flag-answers.js';
import { naming, useFlagGateway } from '../testing/flag-gateway.js';
import { tellWorld } from '../testing/tell-world.js';

const person = (key: string, operator: string, value?: unknown) => ({ type: 'person', key, operator, value });
const whoever = (...properties: unknown[]) => ({ groups: [{ properties }] });
const EVERYBODY = whoever();

describe('asking for flags', () => {
  const { test, flag, using, editFlag, list } = useFlagGateway();
  const { ask, values } = useFlagAnswers(test);
  const make = async (key: string, filters: object, rest: object = {}) => {
    const { status, body } = await flag(filters, { key, ...rest });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body as { id: number };
  };
  const told = (persons: Parameters<typeof tellWorld>[2]) => tellWorld(test.database.database, test.project, persons);
  const setMembers = (id: number, action: 'add' | 'remove', uuid: string) =>
    action === 'add'
      ? test.call('PATCH', `cohorts/${id}/add_persons_to_static_cohort/`, { person_ids: [uuid] })
      : test.call('PATCH', `cohorts/${id}/remove_person_from_static_cohort/`, { person_id: uuid });

  afterEach(async () => {
    await test.database.database.pool.query('UPDATE feature_flag SET deleted = true');
  });

  describe('is answered', () => {
    it('with all details, from version 2 on', async () => {
      const on = await make('on', EVERYBODY, { name: 'text' });
      const off = await make('off', { groups: [{ rollout_percentage: 0 }] });
      const variants = [{ key: 'a', rollout_percentage: 100 }];
      const many = await make('many', {
        groups: [{ properties: [person('x', 'is_set')] }, {}],
        multivariate: { variants },
        payloads: { a: '{"n": 1}' },
      });
      const { status, body } = await ask('/flags/?v=2', { distinct_id: 'jane' });
      expect(status).toBe(200);
      const metadata = { version: 1, description: null, payload: null };
      expect(body).toEqual({
        errorsWhileComputingFlags: false,
        flags: {
          on: {
            key: 'on',
            enabled: true,
            variant: null,
            reason: { code: 'condition_match', condition_index: 0, description: 'Matched condition set 1' },
            metadata: { ...metadata, id: on.id },
          },
          off: {
            key: 'off',
            enabled: false,
            variant: null,
            reason: { code: 'out_of_rollout_bound', condition_index: 0, description: 'Out of rollout bound' },
            metadata: { ...metadata, id: off.id },
          },
          many: {
            key: 'many',
            enabled: true,
            variant: 'a',
            reason: { code: 'condition_match', condition_index: 1, description: 'Matched condition set 2' },
            metadata: { ...metadata, id: many.id, payload: '{"n": 1}' },
          },
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        evaluatedAt: expect.any(Number) as number,
      });
      expect((await ask('/decide?v=4', { distinct_id: 'jane' })).body['flags']).toEqual(body['flags']);
    });

    it('with values and payloads to older SDKs, with settings to /decide and where they are asked for', async () => {
      await make('on', EVERYBODY, { filters: { ...EVERYBODY, payloads: { true: [1] } } });
      await make('off', { groups: [] });
      const plain = {
        errorsWhileComputingFlags: false,
        featureFlags: { on: true, off: false },
        featureFlagPayloads: { on: [1] },
        requestId: expect.any(String) as string,
        evaluatedAt: expect.any(Number) as number,
      };
      const settings = { hasFeatureFlags: true, sessionRecording: false, supportedCompression: ['gzip', 'gzip-js'] };
      for (const path of ['/flags/', '/flags?v=1', '/flags/?v=x']) {
        expect((await ask(path, { distinct_id: 'jane' })).body).toEqual(plain);
      }
      expect((await ask('/decide/?v=3', { distinct_id: 'jane' })).body).toMatchObject({ ...plain, ...settings });
      const configured = await ask('/flags/?v=2&config=true', { distinct_id: 'jane' });
      expect(configured.body).toMatchObject({ ...settings, flags: { on: { enabled: true } } });
      const { flags } = (await ask('/flags/?v=2', { distinct_id: 'j' })).body as { flags: Record<string, unknown> };
      expect(flags['off']).toMatchObject({
        reason: { code: 'no_condition_match', condition_index: null, description: 'No matching condition set' },
      });
    });

    it('in every way that SDKs send a body, to any web page', async () => {
      await make('on', EVERYBODY);
      const body = { api_key: test.project.token, distinct_id: 7 };
      const json = JSON.stringify(body);
      const base64 = Buffer.from(json).toString('base64');
      const ways: [string, unknown, Record<string, string>][] = [
        ['/flags/?v=2', body, {}],
        ['/flags?v=2', { ...body, api_key: undefined, token: test.project.token }, {}],
        ['/flags/?v=2&compression=gzip-js', gzipSync(json), { 'content-type': 'text/plain' }],
        ['/flags/?v=2', gzipSync(json), { 'content-encoding': 'gzip' }],
        [
          '/flags/?v=2&compression=base64&config=true&ip=1&_=1700000000000&ver=1.2.3',
          `data=${encodeURIComponent(base64)}`,
          { 'content-type': 'application/x-www-form-urlencoded' },
        ],
      ];
      for (const [path, sent, headers] of ways) {
        const answer = await ask(path, sent, { origin: 'https://example.com', ...headers });
        expect([answer.status, answer.body['flags']]).toMatchObject([200, { on: { enabled: true } }]);
        expect(answer.headers['access-control-allow-origin']).toBe('https://example.com');
      }
    });

    it('for the flags that are named only, and for none where none are wanted', async () => {
      await make('a', EVERYBODY);
      await make('b', EVERYBODY);
      expect(await values({ distinct_id: 'j', flag_keys_to_evaluate: ['b', 'nope'] })).toEqual({ b: true });
      expect(await values({ distinct_id: 'j', flag_keys_to_evaluate: [] })).toEqual({});
      expect(await values({ distinct_id: 'j', disable_flags: true })).toEqual({});
      expect(await values({ distinct_id: 'j', flag_keys_to_evaluate: null })).toEqual({ a: true, b: true });
    });

    it('without inactive, deleted and foreign flags; every edit counts at once', async () => {
      const { id } = await make('a', EVERYBODY);
      await make('asleep', EVERYBODY, { active: false });
      expect(await values({ distinct_id: 'j' })).toEqual({ a: true });
      await editFlag(id, { filters: { groups: [] } });
      expect(await values({ distinct_id: 'j' })).toEqual({ a: false });
      await editFlag(id, { key: 'renamed' });
      expect(await values({ distinct_id: 'j' })).toEqual({ renamed: false });
      await editFlag(id, { deleted: true });
      expect(await values({ distinct_id: 'j' })).toEqual({});
    });
  });

  describe('goes by properties', () => {
    it('as they are stored, and by those that come with the question first', async () => {
      await told({ ann: { properties: { plan: 'paid', seats: 12, email: 'ann@example.com' } } });
      await make('paid', whoever(person('plan', 'exact', ['paid', 'trial']), person('seats', 'gt', 9)));
      await make('ours', whoever(person('email', 'regex', '@example\\.com$')));
      expect(await values({ distinct_id: 'ann' })).toEqual({ paid: true, ours: true });
      const person_properties = { plan: 'free', email: 'x@elsewhere.org' };
      expect(await values({ distinct_id: 'ann', person_properties })).toEqual({ paid: false, ours: false });
      expect(await values({ distinct_id: 'ann', person_properties: { seats: 9.5 } })).toMatchObject({ paid: true });
      expect(await values({ distinct_id: 'ann', person_properties: { plan: null } })).toMatchObject({ paid: false });
    });

    it('of nobody for an unknown id: negative conditions hold, as in cohorts', async () => {
      await make('set', whoever(person('plan', 'is_set')));
      await make('unset', whoever(person('plan', 'is_not_set')));
      await make('other', whoever(person('plan', 'is_not', 'paid')));
      await make('negated', whoever({ ...person('plan', 'exact', 'paid'), negation: true }));
      expect(await values({ distinct_id: 'nobody' })).toEqual({ set: false, unset: true, other: true, negated: true });
      const person_properties = { plan: 'paid' };
      expect(await values({ distinct_id: 'nobody', person_properties })).toEqual({
        set: true,
        unset: false,
        other: false,
        negated: false,
      });
    });

    it('and by all distinct ids of the person, the one that asks among them', async () => {
      await told({ bea: { distinctIds: ['bea', 'device-1'] } });
      await make('staff', whoever(person('distinct_id', 'exact', ['bea', 'newcomer'])));
      await make('others', whoever(person('distinct_id', 'is_not', 'bea')));
      expect(await values({ distinct_id: 'device-1' })).toEqual({ staff: true, others: false });
      expect(await values({ distinct_id: 'newcomer' })).toEqual({ staff: true, others: true });
      const person_properties = { distinct_id: 'bea' };
      expect(await values({ distinct_id: 'device-2', person_properties })).toEqual({ staff: false, others: true });
    });

    it('on the clock of the project', async () => {
      const { pool } = test.database.database;
      await make('recent', whoever(person('seen', 'is_date_after', '-1d')));
      const person_properties = { seen: '2031-05-01T12:00:00Z' };
      const shift = (to: string) =>
        pool.query('UPDATE project SET clock_offset = $1::timestamptz - clock_timestamp() WHERE id = $2', [
          to,
          test.project.id,
        ]);
      await shift('2031-05-02T11:00:00Z');
      expect(await values({ distinct_id: 'j', person_properties })).toEqual({ recent: true });
      await shift('2031-05-02T13:00:00Z');
      expect(await values({ distinct_id: 'j', person_properties })).toEqual({ recent: false });
    });
  });

  describe('goes by membership', () => {
    it('of this moment: she comes in and goes out', async () => {
      const { cal } = (await told({ cal: {} })) as Record<'cal', { uuid: string }>;
      const vip = await list('VIP');
      await using(vip.id, { key: 'in' });
      await make('out', whoever({ type: 'cohort', key: 'id', value: vip.id, operator: 'not_in' }));
      expect(await values({ distinct_id: 'cal' })).toEqual({ in: false, out: true });
      await setMembers(vip.id, 'add', cal.uuid);
      expect(await values({ distinct_id: 'cal' })).toEqual({ in: true, out: false });
      expect(await values({ distinct_id: 'stranger' })).toEqual({ in: false, out: true });
      await setMembers(vip.id, 'remove', cal.uuid);
      expect(await values({ distinct_id: 'cal' })).toEqual({ in: false, out: true });
    });

    it('in all cohorts of a group, or in those of another one', async () => {
      const { dee } = (await told({ dee: {} })) as Record<'dee', { uuid: string }>;
      const [a, b] = [await list('A'), await list('B')];
      await make('both', naming(a.id, b.id));
      await make('either', { groups: [...naming(a.id).groups, ...naming(b.id).groups] });
      await setMembers(b.id, 'add', dee.uuid);
      expect(await values({ distinct_id: 'dee' })).toEqual({ both: false, either: true });
      await setMembers(a.id, 'add', dee.uuid);
      expect(await values({ distinct_id: 'dee' })).toEqual({ both: true, either: true });
    });

    it('and a person who was merged away or deleted is nobody', async () => {
      const { eve } = (await told({ eve: { properties: { plan: 'paid' } } })) as Record<'eve', { uuid: string }>;
      const vip = await list('VIP', { _create_static_person_ids: [eve.uuid] });
      await using(vip.id, { key: 'vip' });
      await make('paid', whoever(person('plan', 'is_set')));
      expect(await values({ distinct_id: 'eve' })).toEqual({ vip: true, paid: true });
      const { pool } = test.database.database;
      await pool.query('UPDATE person SET deleted_at = now() WHERE uuid = $1', [eve.uuid]);
      expect(await values({ distinct_id: 'eve' })).toEqual({ vip: false, paid: false });
    });
  });

  it.each<[string, unknown, number, string, string | null]>([
    ['no JSON', '{', 400, 'parse_error', null],
    ['a list', [], 400, 'invalid', null],
    ['no token', { distinct_id: 'j', token: undefined }, 401, 'missing_api_key', null],
    ['an unknown token', { distinct_id: 'j', token: 'phc_x' }, 401, 'invalid_api_key', null],
    ['a token that no text holds', { distinct_id: 'j', token: 'a\0' }, 400, 'null_characters_not_allowed', 'token'],
    ['no distinct id', {}, 400, 'missing_distinct_id', 'distinct_id'],
    ['an empty distinct id', { distinct_id: '' }, 400, 'invalid_distinct_id', 'distinct_id'],
    ['a distinct id that is none', { distinct_id: {} }, 400, 'invalid_distinct_id', 'distinct_id'],
    ['a distinct id with NUL', { distinct_id: 'a\0b' }, 400, 'null_characters_not_allowed', 'distinct_id'],
    ['properties that are none', { distinct_id: 'j', person_properties: [] }, 400, 'invalid', 'person_properties'],
    ['keys that are none', { distinct_id: 'j', flag_keys_to_evaluate: 'a' }, 400, 'invalid', 'flag_keys_to_evaluate'],
    [
      'keys that are no texts',
      { distinct_id: 'j', flag_keys_to_evaluate: [1] },
      400,
      'invalid',
      'flag_keys_to_evaluate',
    ],
  ])('refuses %s', async (_, sent, status, code, attr) => {
    const answer = await ask('/flags/?v=2', sent);
    expect([answer.status, answer.body]).toMatchObject([status, { code, attr }]);
  });

  it('answers for ids of any length, and for what stands for nobody', async () => {
    await make('on', EVERYBODY);
    for (const distinct_id of ['x'.repeat(5_000), 'null', '  ', '💥']) {
      expect(await values({ distinct_id })).toEqual({ on: true });
    }
  });
});
