import { TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import { readMembers } from '#persistence';
import { eventually, type ServiceProcess, startService, useStack } from '#testing';

import { Crowd, GROUPS } from '../support/crowd.js';
import { readAllChanges } from '../support/read-all-changes.js';
import { replayMembership, storedMembers } from '../support/replay-membership.js';

const PERSONS = 100_000;
const COHORTS = 100;
const REPLICAS = 3;
const KILL_EVERY_MS = 3_000;
/** `npm run test:faults` makes it longer. */
const FAULT_MS = Number(process.env['FAULT_SECONDS'] ?? 20) * 1_000;
const ENV = { CALCULATOR_SCHEDULE_EVERY_MS: '500', CALCULATOR_LEASE_MS: '2000' };

interface State {
  id: number;
  version: number | null;
  pending_version: number;
  is_calculating: boolean;
}

describe('calculators are killed while a hundred cohorts are recalculated again and again', () => {
  const stack = useStack([], ENV);
  const ids: number[] = [];
  const versions = new Map<number, number>();
  const calculators: ServiceProcess[] = [];
  const restarts: Promise<void>[] = [];
  let crowd: Crowd;
  let kills = 0;

  const group = (value: number) => ({ type: 'person', key: 'group', operator: 'exact', value });
  const used = { type: 'behavioral', key: 'used', value: 'performed_event', event_type: 'events' };
  const notUsed = { ...used, time_value: 30, time_interval: 'day', negation: true };

  /** 60 by property, 20 by property and behavior, 20 that refer to those. */
  function filtersOf(index: number): object {
    const own = group(index % GROUPS);
    const more =
      index < 60
        ? []
        : index < 80
          ? [notUsed]
          : [{ type: 'cohort', key: 'id', value: ids[index - 20], negation: true }];
    return { properties: { type: 'AND', values: [own, ...more] } };
  }

  function expected(index: number): number[] {
    const wanted = index % GROUPS;
    const rest = (ordinal: number) => index < 60 || crowd.didUse(ordinal) === index >= 80;
    return crowd.matching((ordinal, own) => own === wanted && rest(ordinal));
  }

  async function createCohort(index: number): Promise<number> {
    const { rows } = await stack.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, filters, pending_version) VALUES ($1, $2, $3, 0) RETURNING id`,
      [stack.project.id, `cohort ${index}`, JSON.stringify(filtersOf(index))],
    );
    return rows[0]!.id;
  }

  /** As a PATCH does it: pending version and message in one transaction. */
  async function rename(id: number): Promise<void> {
    await stack.database.transaction(async (transaction) => {
      const { rows } = await transaction.query<State & { definition_number: number }>(
        'UPDATE cohort SET pending_version = pending_version + 1, is_calculating = true WHERE id = $1 RETURNING *',
        [id],
      );
      const { pending_version, definition_number } = rows[0]!;
      const message = {
        schema_version: 1,
        project_id: stack.project.id,
        cohort_id: id,
        name: 'renamed',
        is_static: false,
        cohort_type: null,
        pending_version,
        definition_number,
        changed: ['name'],
        updated_at: '2026-01-01T00:00:00Z',
        by_id: null,
      };
      const key = `${stack.project.id}:${id}`;
      await appendToOutbox(transaction, [{ topic: TOPICS.cohortUpdated, key, projectId: stack.project.id, message }]);
    });
  }

  const makeAllDue = () =>
    stack.database.pool.query(
      `UPDATE cohort SET last_calculation = last_calculation - interval '1 hour' WHERE NOT is_calculating`,
    );

  async function lookAtVersions(): Promise<State[]> {
    const { rows } = await stack.database.pool.query<State>(
      'SELECT id, version, pending_version, is_calculating FROM cohort ORDER BY id',
    );
    rows.forEach(({ id, version }) => {
      expect(version ?? 0).toBeGreaterThanOrEqual(versions.get(id) ?? 0);
      versions.set(id, version ?? 0);
    });
    return rows;
  }

  /** Does not wait for the one that takes the victim's place; a lonely calculator is spared. */
  function killOne(): void {
    const [victim] =
      calculators.length > 1 ? calculators.splice(Math.floor(Math.random() * calculators.length), 1) : [];
    if (victim !== undefined) {
      victim.kill('SIGKILL');
      kills += 1;
      restarts.push(startService('calculator', stack.env).then((service) => void calculators.push(service)));
    }
  }

  async function nothingIsCalculating(): Promise<void> {
    await eventually(
      async () => {
        const states = await lookAtVersions();
        expect(states.filter((state) => state.is_calculating || state.version !== state.pending_version)).toEqual([]);
      },
      { withinMs: 60_000 },
    );
  }

  async function unrest(): Promise<void> {
    const endsAt = performance.now() + FAULT_MS;
    let nextKill = performance.now() + KILL_EVERY_MS;
    for (let round = 0; performance.now() < endsAt; round += 1) {
      const first = (round * 7_919) % (PERSONS - 50);
      const touched = Array.from({ length: 50 }, (_, index) => first + index);
      await crowd.move(touched, round % GROUPS);
      await rename(ids[round % COHORTS]!);
      await makeAllDue();
      await lookAtVersions();
      if (performance.now() > nextKill) {
        killOne();
        nextKill += KILL_EVERY_MS;
      }
    }
    await Promise.all(restarts);
  }

  it(
    `each is right afterwards, none is stuck, no version went backwards, and the changes told are the members`,
    async () => {
      crowd = new Crowd(stack.database, stack.project.id, PERSONS);
      await crowd.load();
      for (let index = 0; index < COHORTS; index += 1) {
        ids.push(await createCohort(index));
      }
      calculators.push(
        ...(await Promise.all(Array.from({ length: REPLICAS }, () => startService('calculator', stack.env)))),
      );
      await eventually(
        async () => {
          const states = await lookAtVersions();
          expect(states.every(({ version }) => version !== null)).toBe(true);
        },
        { withinMs: 60_000 },
      );
      await unrest();
      await nothingIsCalculating();
      const before = new Map(versions);
      await makeAllDue();
      await eventually(
        async () => {
          await lookAtVersions();
          expect(ids.filter((id) => versions.get(id) === before.get(id))).toEqual([]);
        },
        { withinMs: 60_000 },
      );
      await nothingIsCalculating();

      expect(kills).toBeGreaterThanOrEqual(Math.floor(FAULT_MS / KILL_EVERY_MS / 2));
      for (const [index, id] of ids.entries()) {
        const members = (await readMembers(stack.database.pool, stack.project.id, id))!;
        const right = expected(index);
        expect({ id, count: members.count, members: members.bitmap.toArray() }).toEqual({
          id,
          count: right.length,
          members: right,
        });
        members.bitmap.dispose();
      }
      const { rows: failed } = await stack.database.pool.query("SELECT FROM calculation WHERE state = 'failed'");
      expect(failed).toEqual([]);
      await changesToldAreTheMembers();
    },
    FAULT_MS + 240_000,
  );

  async function changesToldAreTheMembers(): Promise<void> {
    await eventually(
      async () => {
        const { rows } = await stack.database.pool.query('SELECT FROM membership_delta WHERE announced_at IS NULL');
        expect(rows).toEqual([]);
      },
      { withinMs: 60_000 },
    );
    const changes = await readAllChanges(stack);
    expect(changes.length).toBeGreaterThan(COHORTS * 2);
    for (const id of ids) {
      expect(replayMembership(changes, id)).toEqual(await storedMembers(stack.database, id));
    }
  }
});
