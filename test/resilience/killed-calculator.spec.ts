import { type CohortCalculated, type CohortMembershipChanged, TOPICS } from '#contracts';
import { eventually, readTopic, useStack } from '#testing';

import { keepAlive } from '../support/keep-alive.js';
import { MusterApi } from '../support/muster-api.js';
import { replayMembership, storedMembers } from '../support/replay-membership.js';

const COHORTS = 12;
const PERSONS = 300;
/** Twelve cohorts cost 18 on average, and fewer than these once in 30,000 times. */
const DEATHS = 4;

describe('the calculator is killed in the middle of its work', () => {
  const stack = useStack(['gateway', 'ingestion']);
  const api = new MusterApi(stack);

  it('every cohort ends right, calculated once, and its changes told once', async () => {
    const persons = Array.from({ length: PERSONS }, (_, index) => index);
    await api.capture(
      persons.map((index) => ({
        event: '$set',
        distinct_id: `p${index}`,
        properties: { $set: { group: index % COHORTS } },
      })),
    );
    await eventually(async () => {
      expect(await api.storedEvents(stack.database)).toBe(PERSONS);
    });
    const ids: number[] = [];
    for (let group = 0; group < COHORTS; group += 1) {
      const leaf = { type: 'person', key: 'group', operator: 'lte', value: group };
      ids.push((await api.createCohort(`up to ${group}`, leaf)).id);
    }

    const failAt =
      'calculator.before_flip:0.5,calculator.after_flip:0.5,announcer.after_publish:0.3,outbox.after_publish:0.3';
    // Processes that die by the dozen are this test's doing, not the runs': none shall be given up for it.
    const env = { ...stack.env, CALCULATOR_LEASE_MS: '500', CALCULATOR_MAX_ATTEMPTS: '100' };
    const calculators = await Promise.all([keepAlive('calculator', env, failAt), keepAlive('calculator', env, failAt)]);
    await eventually(
      () => {
        expect(calculators.reduce((sum, one) => sum + one.deaths(), 0)).toBeGreaterThanOrEqual(DEATHS);
      },
      { withinMs: 60_000 },
    );
    await Promise.all(calculators.map((one) => one.heal()));

    for (const [group, id] of ids.entries()) {
      const cohort = await api.calculated(id);
      expect(cohort).toMatchObject({ version: 1, count: ((group + 1) * PERSONS) / COHORTS });
      expect(await storedMembers(stack.database, id)).toHaveLength(cohort.count);
    }
    const history = await stack.database.pool.query('SELECT 1 FROM calculation WHERE state = $1', ['done']);
    expect(history.rowCount).toBe(COHORTS);
    await eventually(
      async () => {
        const open = await stack.database.pool.query(
          'SELECT 1 FROM membership_delta WHERE announced_at IS NULL UNION ALL SELECT 1 FROM outbox WHERE published_at IS NULL',
        );
        expect(open.rowCount).toBe(0);
      },
      { withinMs: 60_000 },
    );
    const calculated = await readTopic<CohortCalculated>(
      stack,
      TOPICS.cohortCalculated,
      (all) => distinct(all) === COHORTS,
    );
    expect(new Set(calculated.map(({ value }) => value.cohort_id))).toEqual(new Set(ids));
    const isWhole = (all: readonly { value: CohortMembershipChanged }[]) =>
      new Set(all.map(({ value }) => value.cohort_id)).size === COHORTS;
    const changes = await readTopic<CohortMembershipChanged>(stack, TOPICS.cohortMembershipChanged, isWhole);
    for (const id of ids) {
      expect(replayMembership(changes, id)).toEqual(await storedMembers(stack.database, id));
    }
  }, 180_000);

  function distinct(messages: readonly { id: string }[]): number {
    return new Set(messages.map(({ id }) => id)).size;
  }
});
