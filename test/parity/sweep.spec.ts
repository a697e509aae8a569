import fc from 'fast-check';

import { type Bitmap, parseFilters } from '#cohort-core';
import { Metrics, SILENT_LOGGER } from '#observability';
import { evaluateInProject, moveLiveSet, readMembers, replaceMembers, type Transaction } from '#persistence';
import { eventually, useDatabase } from '#testing';

import { TimeSweeper } from '../../apps/realtime/src/expire-windows/time-sweeper.js';
import { LiveMembers } from '../../apps/realtime/src/keep-live/live-members.js';
import { instantArbitrary, leafArbitraries, worldArbitrary } from './arbitraries/index.js';
import { type LoadedWorld, loadWorld } from './load-world.js';

const WORLDS = Number(process.env['SWEEP_WORLDS'] ?? 5);
const INSTANTS = Number(process.env['SWEEP_INSTANTS'] ?? 6);
const LEAVES_A_KIND = 3;
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

interface Kept {
  readonly id: number;
  readonly kind: string;
  readonly filters: object;
}

describe('live members after time has passed are those of a calculation', () => {
  const test = useDatabase();
  const worlds = fc.sample(worldArbitrary, { numRuns: WORLDS, seed: SEED });
  const moved = new Set<string>();

  function sweeper(): TimeSweeper {
    const settings = {
      membershipCacheMb: 8,
      flipFromMembers: 0,
      statementTimeoutMs: 10_000,
      sweepIntervalMs: 1_000,
      maxPersons: 1_000_000,
    };
    const metrics = new Metrics();
    const live = new LiveMembers(test.database, { wake: () => undefined }, settings, SILENT_LOGGER, metrics);
    return new TimeSweeper(test.database, live, settings, SILENT_LOGGER, metrics);
  }

  const setClock = (projectId: number, at: string) =>
    test.database.pool.query('UPDATE project SET clock_offset = $2::timestamptz - clock_timestamp() WHERE id = $1', [
      projectId,
      at,
    ]);

  async function clockOf(transaction: Transaction, projectId: number): Promise<{ timezone: string; at: Date }> {
    const { rows } = await transaction.query<{ timezone: string; at: Date }>(
      'SELECT timezone, clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
      [projectId],
    );
    return rows[0]!;
  }

  async function evaluated(transaction: Transaction, { projectId, translate }: LoadedWorld, filters: object, at: Date) {
    const { timezone } = await clockOf(transaction, projectId);
    const question = { projectId, timezone, at, within: null };
    const [members] = await evaluateInProject(transaction, [parseFilters(translate(filters)).tree], question);
    return members!;
  }

  /** As a first flip leaves it. */
  async function keep(world: LoadedWorld, kind: string, leaf: object): Promise<Kept> {
    const filters = { properties: { type: 'AND', values: [leaf] } };
    const { projectId } = world;
    return test.database.transaction(async (transaction) => {
      await moveLiveSet(transaction, projectId);
      const { rows } = await transaction.query<{ id: number }>(
        `INSERT INTO cohort (project_id, name, filters, live_filters, version, pending_version) VALUES ($1, $2, $3, $3, 1, 1) RETURNING id`,
        [projectId, kind, JSON.stringify(world.translate(filters))],
      );
      const id = rows[0]!.id;
      const { at } = await clockOf(transaction, projectId);
      const members = await evaluated(transaction, world, filters, at);
      await replaceMembers(transaction, { projectId, cohortId: id, version: 1, members, reason: 'calculation', at });
      await transaction.query('INSERT INTO cohort_sweep VALUES ($1, $2, $3)', [projectId, id, at]);
      return { id, kind, filters };
    });
  }

  /** Between the sweep and the look time goes on, so only who is in, or out, at both of its ends is compared. */
  async function differences(world: LoadedWorld, { id, filters }: Kept, since: string): Promise<number[]> {
    return test.database.transaction(async (transaction) => {
      const { at } = await clockOf(transaction, world.projectId);
      const before = await evaluated(transaction, world, filters, new Date(since));
      const after = await evaluated(transaction, world, filters, at);
      const members = (await readMembers(transaction, world.projectId, id))!.bitmap;
      const wrong = (expected: Bitmap) => {
        const difference = members.clone();
        difference.xorInPlace(expected);
        return difference;
      };
      const both = wrong(before);
      both.andInPlace(wrong(after));
      return both.toArray();
    });
  }

  const changesOf = async (id: number): Promise<number> => {
    const { rowCount } = await test.database.pool.query(
      `SELECT FROM membership_delta WHERE cohort_id = $1 AND reason = 'time'`,
      [id],
    );
    return rowCount ?? 0;
  };

  it.each(worlds.map((world, index) => [index, world] as const))(
    `for every kind of leaf, over midnights and changes of the clock (world %i, seed ${SEED})`,
    async (index, world) => {
      const at = await loadWorld(test.database, world);
      const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number) =>
        fc.sample(arbitrary, { numRuns, seed: SEED + index });
      const [start, ...instants] = sample(instantArbitrary(world), INSTANTS).toSorted();
      await setClock(at.projectId, start!);
      const kept: Kept[] = [];
      for (const [kind, leaf] of Object.entries(leafArbitraries(world))) {
        for (const [place, one] of sample(leaf, LEAVES_A_KIND).entries()) {
          kept.push(await keep(at, kind, place === 0 ? { ...one, negation: true } : one));
        }
      }
      const sweeping = sweeper();
      for (const instant of instants) {
        await setClock(at.projectId, instant);
        await eventually(async () => {
          expect(await sweeping.sweepAll()).toBeDefined();
        });
        for (const cohort of kept) {
          expect([cohort, instant, await differences(at, cohort, instant)]).toEqual([cohort, instant, []]);
        }
      }
      await sweeping.beforeApplicationShutdown();
      for (const { id, kind } of kept) {
        if ((await changesOf(id)) > 0) {
          moved.add(kind);
        }
      }
    },
    120_000,
  );

  it('and time really moved somebody in most kinds', () => {
    expect(moved.size).toBeGreaterThanOrEqual(5);
  });
});
