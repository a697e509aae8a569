import { bitmapOf } from '#cohort-core';
import { inSnapshot, leaseCalculations, replaceMembers } from '#persistence';
import { useDatabase } from '#testing';

import { all, CalculatorFixture, inCohort, plan } from '../testing/calculator-fixture.js';
import { catchUp } from './catch-up.js';
import { computeBatch, type ComputedBatch } from './compute-batch.js';
import { publishVersion } from './publish-version.js';

const TIMEOUT_MS = 10_000;
const newborn = (span: string) => ({
  type: 'person_metadata',
  key: 'created_at',
  operator: 'is_date_after',
  value: span,
});
const seen = (span: string) => ({ type: 'person', key: 'seen', operator: 'is_date_before', value: span });

describe('time that passes while a calculation runs', () => {
  const fixture = new CalculatorFixture(useDatabase());

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 4, 'free');
  });

  const source = () => ({ database: fixture.database, statementTimeoutMs: TIMEOUT_MS, maxPersons: 1_000_000 });

  async function computed(): Promise<ComputedBatch> {
    const runs = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 20 });
    return inSnapshot(source(), (snapshot) => computeBatch(snapshot, runs, () => undefined));
  }

  const shift = (span: string) =>
    fixture.database.pool.query('UPDATE project SET clock_offset = clock_offset + $2::interval WHERE id = $1', [
      fixture.projectId,
      span,
    ]);

  async function publish(batch: ComputedBatch): Promise<void> {
    for (const one of batch.computed) {
      expect(await publishVersion(source(), { batch, one, durationMs: 0 })).toBe('published');
    }
  }

  /** So long ago on the project's clock. */
  const setSeen = (ordinal: number, ago: string) =>
    fixture.database.pool.query(
      `UPDATE person SET properties = jsonb_build_object('seen', clock_timestamp() - $3::interval) WHERE project_id = $1 AND ordinal = $2`,
      [fixture.projectId, ordinal, ago],
    );

  it('is in the version, and the version says up to when', async () => {
    const id = await fixture.createCohort(all(newborn('-1h')));
    const batch = await computed();
    expect(batch.computed[0]!.members.size).toBe(4);
    await shift('2 hours');
    await publish(batch);
    expect(await fixture.members(id)).toEqual([]);
    const { rows } = await fixture.database.pool.query(
      `SELECT cohort.last_calculation = swept_to AS same, swept_to > clock_timestamp() + interval '119 minutes' AS late
       FROM cohort_sweep JOIN cohort ON id = cohort_id WHERE cohort_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ same: true, late: true }]);
  });

  it('is in it for stored dates too: those foreseen under the locks, all others before', async () => {
    await setSeen(0, '59 minutes 50 seconds');
    await setSeen(1, '30 minutes');
    await setSeen(2, '3 hours');
    const soon = await fixture.createCohort(all(seen('-1h')));
    const batch = await computed();
    expect(batch.computed[0]!.members.toArray()).toEqual([2]);
    await shift('40 seconds');
    await publish(batch);
    expect(await fixture.members(soon)).toEqual([0, 2]);
    const late = await fixture.createCohort(all(seen('-1h')));
    const next = await computed();
    const { at } = next.asOf;
    await shift('40 minutes');
    await publish(next);
    expect(await fixture.members(late)).toEqual([0, 1, 2]);
    // The locks were given back for it.
    expect(next.asOf.at.getTime()).toBeGreaterThan(at.getTime());
  });

  it('moves on in the rounds without locks', async () => {
    await fixture.createPersons(4, 2_000, 'free');
    await fixture.createCohort(all(newborn('-1h')));
    const batch = await computed();
    await shift('2 hours');
    await catchUp(source(), batch);
    expect(batch.computed[0]!.members.size).toBe(0);
    await publish(batch);
  });
});

describe('a flip and the live set', () => {
  const fixture = new CalculatorFixture(useDatabase());

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 4, 'free');
  });

  const number = async (): Promise<number> => {
    const { rows } = await fixture.database.pool.query<{ number: string }>(
      'SELECT number FROM live_set WHERE project_id = $1',
      [fixture.projectId],
    );
    return Number(rows[0]!.number);
  };

  /** As live work does: the live set stays as it is until it is done. */
  const whileShared = (work: () => Promise<unknown>) =>
    fixture.holding(`SELECT FROM live_set WHERE project_id = ${fixture.projectId} FOR SHARE`, async () => {
      await work();
    });

  it('moves it when a cohort becomes live, or is live by another definition', async () => {
    const before = await number();
    const id = await fixture.createCohort(all(plan('free')));
    await fixture.drain();
    expect(await number()).toBe(before + 1);
    await fixture.edit(id, all(plan('pro')));
    await fixture.drain();
    expect(await number()).toBe(before + 2);
    await fixture.database.pool.query(`UPDATE cohort SET live_error = 'broken' WHERE id = $1`, [id]);
    await fixture.edit(id);
    await fixture.drain();
    expect(await number()).toBe(before + 3);
  });

  it('leaves it alone and goes on beside live work when the definition is the same, or there is none', async () => {
    const id = await fixture.createCohort(all(plan('free')));
    const without = await fixture.createCohort(null);
    await fixture.drain();
    const before = await number();
    await fixture.edit(id);
    await fixture.edit(without);
    await whileShared(async () => {
      await fixture.drain({ statementTimeoutMs: 10_000 });
    });
    expect(await number()).toBe(before);
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, is_calculating: false });
    expect(await fixture.cohort(without)).toMatchObject({ version: 2, is_calculating: false });
  });

  it('finds out under the share that it needs more, and begins anew', async () => {
    const id = await fixture.createCohort(all(plan('free')));
    await fixture.drain();
    const before = await number();
    await fixture.edit(id);
    // The flip takes its share, then waits for the row; meanwhile the live evaluation of the cohort fails.
    const client = await fixture.database.pool.connect();
    await client.query(`BEGIN; UPDATE cohort SET live_error = 'broken' WHERE id = ${id}`);
    const draining = fixture.drain();
    await fixture.waitForLock();
    await client.query('COMMIT');
    client.release();
    await draining;
    expect(await number()).toBe(before + 1);
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, live_error: null });
  });

  it('locks its dependents with it, in the order of all writers, so that it never meets live work in a circle', async () => {
    const dependent = await fixture.createCohort(all(plan('free')));
    const dependency = await fixture.createCohort(all(plan('pro')));
    await fixture.drain();
    await fixture.edit(dependent, all(inCohort(dependency)));
    await fixture.drain();
    await fixture.movePersons([1], 'pro');
    await fixture.edit(dependency);
    let draining: Promise<unknown> = Promise.resolve();
    await fixture.holding(`SELECT FROM cohort WHERE id = ${dependent} FOR SHARE`, async (release) => {
      draining = fixture.drain();
      await fixture.waitForLock();
      // The flip waits for the lower row and does not hold the higher one yet.
      await fixture.database.pool.query('SELECT FROM cohort WHERE id = $1 FOR SHARE NOWAIT', [dependency]);
      await release();
    });
    await draining;
    expect(await fixture.members(dependent)).toEqual([1]);
  });
});

describe('drift', () => {
  const fixture = new CalculatorFixture(useDatabase());

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 4, 'pro');
  });

  async function corrupted(filters: object): Promise<number> {
    const id = await fixture.createCohort(filters);
    await fixture.drain();
    const members = bitmapOf([2, 3, 7]);
    const wrong = { projectId: fixture.projectId, cohortId: id, version: 1, members, reason: 'change', at: new Date() };
    await fixture.database.transaction((transaction) => replaceMembers(transaction, wrong));
    await fixture.edit(id);
    return id;
  }

  it('counts the persons whom a calculation of the same definition still moves', async () => {
    const id = await corrupted(all(plan('pro')));
    await fixture.drain({ driftGraceMs: 0 });
    expect(await fixture.members(id)).toEqual([0, 1, 2, 3]);
    expect(await fixture.drift()).toBe(3);
  });

  it('is not what a change on its way explains', async () => {
    await corrupted(all(plan('pro')));
    await fixture.movePersons([0], 'pro');
    await fixture.database.pool.query(
      `UPDATE person_change SET at = at - interval '1 hour' WHERE id < (SELECT max(id) FROM person_change)`,
    );
    await fixture.drain({ driftGraceMs: 600_000 });
    expect(await fixture.drift()).toBe(2);
  });

  it('is not what time moved a moment ago', async () => {
    const id = await fixture.createCohort(all(newborn('-1h')));
    await fixture.drain();
    await fixture.database.pool.query(
      `UPDATE project SET clock_offset = (SELECT max(created_at) FROM person WHERE project_id = $1) - clock_timestamp() + interval '1 hour 2 seconds' WHERE id = $1`,
      [fixture.projectId],
    );
    await fixture.edit(id);
    await fixture.drain({ driftGraceMs: 0 });
    expect(await fixture.members(id)).toEqual([]);
    expect(await fixture.drift()).toBe(0);
  });

  it('is not what another definition moves', async () => {
    const id = await fixture.createCohort(all(plan('free')));
    await fixture.drain();
    await fixture.edit(id, all(plan('pro')));
    await fixture.drain({ driftGraceMs: 0 });
    expect(await fixture.drift()).toBe(0);
  });

  it('is not what a referenced cohort handed on', async () => {
    const list = await fixture.createCohort(null, { is_static: true });
    await fixture.addToList(list, [1]);
    const id = await fixture.createCohort(all(inCohort(list)));
    await fixture.drain();
    await fixture.addToList(list, [2]);
    await fixture.edit(id);
    await fixture.drain({ driftGraceMs: 0 });
    expect(await fixture.members(id)).toEqual([1, 2]);
    expect(await fixture.drift()).toBe(0);
  });
});
