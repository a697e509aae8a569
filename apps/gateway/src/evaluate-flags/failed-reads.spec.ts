import { useFlagAnswers } from '../testing/flag-answers.js';
import { useFlagGateway } from '../testing/flag-gateway.js';
import { tellWorld } from '../testing/tell-world.js';

const whoever = (...properties: unknown[]) => ({ groups: [{ properties }] });
const EVERYBODY = whoever();
const TEXT = whoever({ type: 'person', key: 'email', operator: 'icontains', value: 'x' });
const SET = whoever({ type: 'person', key: 'email', operator: 'is_set' });

/** What is broken here is really broken: a table or function is gone, as in a migration that went wrong. */
describe('a flag that cannot be computed', () => {
  const { test, flag, list } = useFlagGateway();
  const { ask } = useFlagAnswers(test);
  const run = (sql: string) => test.database.database.pool.query(sql);
  const flags = async () => {
    const { status, body } = await ask('/flags/?v=2', { distinct_id: 'ann' });
    expect(status).toBe(200);
    const found = body['flags'] as Record<string, { enabled: boolean }>;
    const values = Object.fromEntries(Object.entries(found).map(([key, { enabled }]) => [key, enabled]));
    return { values, errors: body['errorsWhileComputingFlags'] };
  };

  beforeAll(async () => {
    const { ann } = await tellWorld(test.database.database, test.project, { ann: { properties: { email: 'x' } } });
    const vip = await list('VIP', { _create_static_person_ids: [ann.uuid] });
    const cohort = { type: 'cohort', key: 'id', value: vip.id };
    const filters = {
      everybody: EVERYBODY,
      text: TEXT,
      set: SET,
      in: whoever(cohort),
      out: whoever({ ...cohort, operator: 'not_in' }),
    };
    for (const [key, one] of Object.entries(filters)) {
      expect((await flag(one, { key })).status).toBe(201);
    }
    const values = { everybody: true, text: true, set: true, in: true, out: false };
    expect(await flags()).toEqual({ values, errors: false });
  });

  it('because membership cannot be read is unknown, never off; the others are answered', async () => {
    await run('ALTER TABLE membership_epoch RENAME TO away');
    const values = { everybody: true, text: true, set: true };
    expect(await flags()).toEqual({ values, errors: true });
    const older = await ask('/decide/?v=3', { distinct_id: 'ann' });
    expect(older.body).toMatchObject({ featureFlags: values, errorsWhileComputingFlags: true });
    expect(Object.keys(older.body['featureFlags'] as object)).not.toContain('in');
    const stranger = await ask('/flags/?v=2', { distinct_id: 'stranger' });
    expect(stranger.body).toMatchObject({ errorsWhileComputingFlags: false, flags: { out: { enabled: true } } });
    await run('ALTER TABLE away RENAME TO membership_epoch');
    expect((await flags()).errors).toBe(false);
  });

  it('because its conditions fail leaves the others alone', async () => {
    await run('ALTER FUNCTION json_text(jsonb) RENAME TO away');
    expect(await flags()).toEqual({ values: { everybody: true, set: true, in: true, out: false }, errors: true });
    await run('ALTER FUNCTION away(jsonb) RENAME TO json_text');
  });

  it('because its stored filters cannot be read leaves the others alone', async () => {
    const stored = `UPDATE feature_flag SET version = version + 1, filters =`;
    await run(`${stored} '{"groups": 5}' WHERE key = 'set'`);
    expect(await flags()).toEqual({ values: { everybody: true, text: true, in: true, out: false }, errors: true });
    await run(`${stored} '${JSON.stringify(SET)}' WHERE key = 'set'`);
    expect((await flags()).errors).toBe(false);
  });

  it('is none whose conditions were read before: they are not read again', async () => {
    await run('ALTER TABLE feature_flag RENAME COLUMN filters TO away');
    expect((await flags()).errors).toBe(false);
    await run('ALTER TABLE feature_flag RENAME COLUMN away TO filters');
  });

  it('while the database is overloaded is not tried again and again', async () => {
    await run(`
      CREATE SEQUENCE asked; ALTER FUNCTION json_text(jsonb) RENAME TO away;
      CREATE FUNCTION json_text(value jsonb) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN PERFORM nextval('asked'); RAISE EXCEPTION 'too much' USING ERRCODE = '53300'; END $$;`);
    expect(await flags()).toEqual({ values: { everybody: true }, errors: true });
    expect((await run('SELECT last_value FROM asked')).rows).toEqual([{ last_value: '1' }]);
    await run(`DROP FUNCTION json_text(jsonb); ALTER FUNCTION away(jsonb) RENAME TO json_text; DROP SEQUENCE asked`);
    expect((await flags()).errors).toBe(false);
  });

  it('is no answer at all when the flags themselves cannot be read', async () => {
    await run('ALTER TABLE feature_flag RENAME TO away');
    const { status, body } = await ask('/flags/?v=2', { distinct_id: 'ann' });
    expect([status, Object.keys(body)]).toEqual([500, ['type', 'code', 'detail', 'attr']]);
    await run('ALTER TABLE away RENAME TO feature_flag');
  });
});
