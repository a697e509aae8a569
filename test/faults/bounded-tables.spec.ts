import { Metrics, SILENT_LOGGER } from '#observability';
import { OutboxRelay } from '#outbox';
import { purgeHistory } from '#persistence';
import { eventually, useDatabase } from '#testing';

import { all, CalculatorFixture, plan } from '../../apps/calculator/src/testing/calculator-fixture.js';
import { purge } from '../../apps/ingestion/src/purge-seen/purge.js';

const RUNS = 1_000;
const LOOK_EVERY = 100;
const TABLES = ['calculation', 'membership_delta', 'outbox', 'inbox', 'person_change', 'event_seen', 'cohort_chunk'];

describe('a cohort that is recalculated a thousand times', () => {
  const test = useDatabase();
  const fixture = new CalculatorFixture(test);
  let relay: OutboxRelay;

  beforeAll(() => {
    relay = new OutboxRelay({
      database: test.database,
      producer: { sendBatch: () => Promise.resolve() },
      metrics: new Metrics(),
      logger: SILENT_LOGGER,
      announce: true,
      keepMs: 0,
      keepDeltasMs: 0,
    });
    relay.start();
  });

  afterAll(() => relay.stop());

  /** Two days pass: everything is told, and the purges of the apps run. */
  async function passTwoDays(): Promise<void> {
    const { pool } = fixture.database;
    await eventually(async () => {
      const { rows } = await pool.query(
        'SELECT FROM outbox WHERE published_at IS NULL UNION ALL SELECT FROM membership_delta WHERE announced_at IS NULL',
      );
      expect(rows).toEqual([]);
    });
    await relay.purge();
    await pool.query(`UPDATE person_change SET at = at - interval '2 days'`);
    await purge(fixture.database);
    await purgeHistory(pool, { runsPerCohort: 20, inboxDays: 2 });
    await pool.query(`VACUUM ${TABLES.join(', ')}`);
  }

  async function sizes(): Promise<{ rows: number; bytes: number }> {
    const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ');
    const bytes = TABLES.map((table) => `pg_total_relation_size('${table}')`).join(' + ');
    const { rows } = await fixture.database.pool.query<{ rows: number; bytes: number }>(
      `SELECT (${counts})::int AS rows, (${bytes})::int AS bytes`,
    );
    return rows[0]!;
  }

  it('leaves tables as large as after the first hundred', async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 50, 'free');
    const id = await fixture.createCohort(all(plan('pro')));
    const seen: { rows: number; bytes: number }[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      await fixture.movePersons([run % 50], run % 100 < 50 ? 'pro' : 'free');
      await fixture.database.pool.query(
        `INSERT INTO inbox (consumer, message_id, received_at) VALUES ('test', gen_random_uuid(), now() - interval '3 days')`,
      );
      await fixture.edit(id);
      await fixture.drain();
      if (run % LOOK_EVERY === 0) {
        await passTwoDays();
        seen.push(await sizes());
      }
    }
    expect(await fixture.cohort(id)).toMatchObject({ version: RUNS + 1, is_calculating: false });
    const [first] = seen;
    expect(seen).toHaveLength(RUNS / LOOK_EVERY);
    for (const { rows, bytes } of seen) {
      expect(rows).toBeLessThanOrEqual(first!.rows);
      expect(bytes).toBeLessThanOrEqual(first!.bytes * 2);
    }
    expect(first!.rows).toBeLessThan(LOOK_EVERY / 2);
  }, 180_000);
});
