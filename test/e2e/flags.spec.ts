/* eslint-disable @typescript-eslint/no-deprecated -- the calls that applications have in use; evaluateFlags is tried beside them */
import { PostHog } from 'posthog-node';

import { type FlagCreated, type FlagDeleted, type FlagUpdated, type Topic, TOPICS } from '#contracts';
import type { ReceivedMessage } from '#messaging';
import { eventually, readTopic, useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';

const cohort = (value: number, operator = 'in') => ({ key: 'id', type: 'cohort', value, operator });
const groups = (...properties: unknown[]) => ({ groups: [{ properties, rollout_percentage: 100 }] });
const QUIET = { sendFeatureFlagEvents: false };

describe('flags, asked for by the real posthog-node', () => {
  const stack = useStack();
  const api = new MusterApi(stack);
  let posthog: PostHog;

  beforeAll(() => {
    const host = { host: stack.gatewayUrl, disableGeoip: true };
    // By itself it takes flags for unknown after three seconds.
    posthog = new PostHog(stack.project.token, { ...host, flushAt: 1, featureFlagsRequestTimeoutMs: 30_000 });
  });
  afterAll(() => posthog.shutdown());

  async function create(key: string, filters: object): Promise<number> {
    const { status, body } = await api.request('POST', 'feature_flags/', { key, filters });
    expect({ status, body }).toMatchObject({ status: 201 });
    return (body as { id: number }).id;
  }
  const value = (key: string, distinctId: string) => posthog.getFeatureFlag(key, distinctId, QUIET);

  it('go on and off as a person enters and leaves a list', async () => {
    posthog.identify({ distinctId: 'ann', properties: { email: 'ann@example.com' } });
    const uuid = await eventually(async () => {
      const { body } = await api.request('GET', 'persons/?distinct_id=ann');
      const [person] = (body as { results: { uuid: string }[] }).results;
      expect(person).toBeDefined();
      return person!.uuid;
    });
    const { body } = await api.request('POST', 'cohorts/', { name: 'VIP', is_static: true });
    const { id } = body as { id: number };
    await create('vip', groups(cohort(id)));
    await create('not-vip', groups(cohort(id, 'not_in')));
    expect([await value('vip', 'ann'), await value('not-vip', 'ann')]).toEqual([false, true]);
    await api.request('PATCH', `cohorts/${id}/add_persons_to_static_cohort/`, { person_ids: [uuid] });
    expect([await value('vip', 'ann'), await value('not-vip', 'ann')]).toEqual([true, false]);
    expect([await value('vip', 'stranger'), await value('not-vip', 'stranger')]).toEqual([false, true]);
    await api.request('PATCH', `cohorts/${id}/remove_person_from_static_cohort/`, { person_id: uuid });
    expect([await value('vip', 'ann'), await value('not-vip', 'ann')]).toEqual([false, true]);
  });

  it('follow a live cohort: what a person sets decides a moment later', async () => {
    const paid = { type: 'person', key: 'plan', operator: 'exact', value: 'paid' };
    const { id } = await api.createCohort('Paying', paid);
    await api.calculated(id);
    await create('paying', groups(cohort(id)));
    expect(await value('paying', 'bob')).toBe(false);
    for (const [plan, expected] of [
      ['paid', true],
      ['free', false],
      ['paid', true],
    ] as const) {
      posthog.identify({ distinctId: 'bob', properties: { plan } });
      await eventually(async () => {
        expect(await value('paying', 'bob')).toBe(expected);
      });
    }
    const refused = await api.request('PATCH', `cohorts/${id}/`, { deleted: true });
    expect(refused.body).toMatchObject({
      detail: expect.stringContaining('1 active feature flag(s): paying.') as string,
    });
  });

  it('come with variants, payloads and properties of the moment', async () => {
    const variants = [
      { key: 'control', rollout_percentage: 50 },
      { key: 'test', rollout_percentage: 50 },
    ];
    const payloads = { control: '{"colour": "grey"}', test: '{"colour": "blue"}' };
    await create('experiment', { ...groups(), multivariate: { variants }, payloads });
    await create('germans', groups({ key: 'country', type: 'person', value: 'DE' }));
    const seen = new Set<unknown>();
    for (let index = 0; index < 20; index += 1) {
      const id = `visitor-${index}`;
      const variant = await value('experiment', id);
      seen.add(variant);
      const payload = await posthog.getFeatureFlagPayload('experiment', id, undefined, QUIET);
      expect(payload).toEqual({ colour: variant === 'test' ? 'blue' : 'grey' });
      expect(await value('experiment', id)).toBe(variant);
    }
    expect(seen).toEqual(new Set(['control', 'test']));
    const inGermany = { ...QUIET, personProperties: { country: 'DE' } };
    expect(await posthog.isFeatureEnabled('germans', 'x', inGermany)).toBe(true);
    expect(await posthog.isFeatureEnabled('germans', 'x', QUIET)).toBe(false);
    expect(await posthog.getAllFlags('x', { personProperties: { country: 'DE' } })).toMatchObject({
      germans: true,
      vip: false,
      'not-vip': true,
    });
    const evaluated = await posthog.evaluateFlags('x', { personProperties: { country: 'DE' } });
    expect([evaluated.getFlag('germans'), evaluated.getFlag('vip')]).toEqual([true, false]);
    const { featureFlagPayloads } = await posthog.getAllFlagsAndPayloads('x');
    expect(featureFlagPayloads).toHaveProperty('experiment.colour');
  });

  it('are unknown when they are off, or cannot be computed', async () => {
    const id = await create('sleepy', groups());
    expect(await value('sleepy', 'x')).toBe(true);
    await api.request('PATCH', `feature_flags/${id}/`, { active: false });
    expect(await posthog.getAllFlags('x')).not.toHaveProperty('sleepy');
    const { pool } = stack.database;
    await pool.query('ALTER TABLE membership_epoch RENAME TO away');
    expect(await posthog.isFeatureEnabled('not-vip', 'ann', QUIET)).toBeUndefined();
    expect(await value('germans', 'ann')).toBe(false);
    await pool.query('ALTER TABLE away RENAME TO membership_epoch');
    expect(await posthog.isFeatureEnabled('not-vip', 'ann', QUIET)).toBe(true);
  });

  it('are told of on topics', async () => {
    const id = await create('told', groups());
    await api.request('PATCH', `feature_flags/${id}/`, { name: 'Told' });
    await api.request('PATCH', `feature_flags/${id}/`, { deleted: true });
    const read = async <T extends FlagCreated | FlagUpdated | FlagDeleted>(topic: Topic<T>) => {
      const isMine = (message: ReceivedMessage<T>) => message.value.flag_id === id;
      return (await readTopic<T>(stack, topic, (all) => all.some(isMine))).filter(isMine);
    };
    const [created] = await read(TOPICS.flagCreated);
    expect(created).toMatchObject({
      key: `${stack.project.id}:${id}`,
      value: { key: 'told', active: true, version: 1 },
    });
    const [updated] = await read(TOPICS.flagUpdated);
    expect(updated).toMatchObject({ value: { changed: ['name'], version: 2 } });
    const [deleted] = await read(TOPICS.flagDeleted);
    expect(deleted).toMatchObject({ value: { version: 3 } });
  });
});
