import fc from 'fast-check';

import { bitmapOf, BitmapScope, deserializeBitmap } from '#cohort-core';
import type { CapturedEvent } from '#contracts';
import { changeMembers, lockCohort, readClock, readMembers, replaceMembers, type Transaction } from '#persistence';
import { createTestProject, eventually, useDatabase } from '#testing';

import { openIngester } from '../testing/open-ingester.js';
import { readPersons } from '../testing/read-state.js';
import { received } from '../testing/received.js';

const test = useDatabase();

const seen = (...ids: string[]) => ids.map((distinctId) => ({ event: 'seen', distinct_id: distinctId }));
const merge = (into: string, other: string) => ({
  event: '$merge_dangerously',
  distinct_id: into,
  properties: { alias: other },
});

/** Two replicas, and persons named by distinct ids. @param firstOrdinal of the first person */
async function openProject(firstOrdinal = 0) {
  const { database } = test;
  const { id } = await createTestProject(database);
  await database.pool.query('UPDATE person_counter SET next_ordinal = $2 WHERE project_id = $1', [id, firstOrdinal]);
  const ingesters = [openIngester(database), openIngester(database)] as const;
  const sendTo = (replica: number, ...events: Partial<CapturedEvent>[]) =>
    ingesters[replica as 0 | 1].handler.handle(events.map((event) => received({ project_id: id, ...event })));
  const send = (...events: Partial<CapturedEvent>[]) => sendTo(0, ...events);
  const personOf = async (distinctId: string) => {
    const person = (await readPersons(database, id)).find(({ ids }) => ids.includes(distinctId));
    return person ?? { ordinal: -1, uuid: '' };
  };
  const ordinalsOf = async (...ids: string[]) => Promise.all(ids.map(async (one) => (await personOf(one)).ordinal));
  const deletion = async (distinctId: string) => ({
    event: '$delete_person',
    distinct_id: distinctId,
    deletes_person: (await personOf(distinctId)).uuid,
  });
  return { id, send, sendTo, ordinalsOf, deletion };
}

async function addTo(transaction: Transaction, projectId: number, cohortId: number, ordinals: readonly number[]) {
  using scope = new BitmapScope();
  await lockCohort(transaction, { projectId, cohortId }, 'SHARE');
  const at = await readClock(transaction, projectId);
  await changeMembers(transaction, { projectId, cohortId, add: scope.of(ordinals), reason: 'api', at });
}

async function createList(projectId: number, ordinals: readonly number[], columns = ''): Promise<number> {
  const { rows } = await test.database.pool.query<{ id: number }>(
    `INSERT INTO cohort (project_id, name, is_static, version, pending_version) VALUES ($1, 'list', true, 1, 1) RETURNING id`,
    [projectId],
  );
  const id = rows[0]!.id;
  await test.database.transaction((transaction) => addTo(transaction, projectId, id, ordinals));
  if (columns !== '') {
    await test.database.pool.query(`UPDATE cohort SET ${columns} WHERE id = $1`, [id]);
  }
  return id;
}

async function membersOf(projectId: number, cohortId: number): Promise<number[]> {
  const members = await readMembers(test.database.pool, projectId, cohortId);
  const ordinals = members?.bitmap.toArray() ?? [];
  members?.bitmap.dispose();
  expect(members?.count).toBe(ordinals.length);
  return ordinals;
}

async function deltasOf(cohortId: number) {
  const { rows } = await test.database.pool.query<{ reason: string; version: number; entered: Buffer; left_: Buffer }>(
    'SELECT reason, version, entered, left_ FROM membership_delta WHERE cohort_id = $1 ORDER BY id',
    [cohortId],
  );
  const read = (bytes: Buffer) => {
    const bitmap = deserializeBitmap(bytes);
    const ordinals = bitmap.toArray();
    bitmap.dispose();
    return ordinals;
  };
  return rows.map(({ reason, version, entered, left_ }) => ({
    reason,
    version,
    entered: read(entered),
    left: read(left_),
  }));
}

async function waiting(count: number): Promise<void> {
  await eventually(async () => {
    const result = await test.database.pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(result.rows[0]?.waiting).toBe(count);
  });
}

describe('static cohorts', () => {
  it('of the loser of a merge are joined by the survivor, and told so', async () => {
    const { id, send } = await openProject();
    await send(...seen('a', 'b', 'c'));
    const [ofLoser, ofBoth, ofNeither] = [
      await createList(id, [0, 2]),
      await createList(id, [0, 1]),
      await createList(id, [2]),
    ];
    await send(merge('b', 'a'));
    expect(await membersOf(id, ofLoser)).toEqual([1, 2]);
    expect(await membersOf(id, ofBoth)).toEqual([1]);
    expect(await membersOf(id, ofNeither)).toEqual([2]);
    expect((await deltasOf(ofLoser)).at(-1)).toEqual({ reason: 'merge', version: 3, entered: [1], left: [0] });
    expect((await deltasOf(ofBoth)).at(-1)).toEqual({ reason: 'merge', version: 3, entered: [], left: [0] });
    expect(await deltasOf(ofNeither)).toHaveLength(1);
    const epoch = await test.database.pool.query('SELECT epoch FROM membership_epoch WHERE project_id = $1', [id]);
    expect(epoch.rows).toEqual([{ epoch: '4' }]);
  });

  it('are joined across blocks, and at the end of a chain', async () => {
    const { id, send, ordinalsOf } = await openProject(65_535);
    await send(...seen('a', 'b', 'c'));
    const [a, b, c] = await ordinalsOf('a', 'b', 'c');
    expect([a, b]).toEqual([65_535, 65_536]);
    const list = await createList(id, [a!]);
    await send(merge('b', 'a'), merge('c', 'b'));
    expect(await membersOf(id, list)).toEqual([c]);
  });

  it('lose the deleted, and whoever was merged into one', async () => {
    const { id, send, deletion } = await openProject();
    await send(...seen('a', 'b', 'c'));
    const list = await createList(id, [0, 1, 2]);
    await send(await deletion('c'));
    expect(await membersOf(id, list)).toEqual([0, 1]);
    expect((await deltasOf(list)).at(-1)).toEqual({ reason: 'deletion', version: 3, entered: [], left: [2] });
    await send(merge('b', 'a'), await deletion('b'));
    expect(await membersOf(id, list)).toEqual([]);
  });

  it('that are deleted, and dynamic ones, are left to others', async () => {
    const { id, send } = await openProject();
    await send(...seen('a', 'b'));
    const [deleted, dynamic] = [
      await createList(id, [0], 'deleted = true'),
      await createList(id, [0], 'is_static = false'),
    ];
    await send(merge('b', 'a'));
    expect([await membersOf(id, deleted), await membersOf(id, dynamic)]).toEqual([[0], [0]]);
  });

  it('are joined by the survivor of somebody who is being added at that moment', async () => {
    const { id, send } = await openProject();
    await send(...seen('a', 'b'));
    const list = await createList(id, []);
    let merging: Promise<unknown> = Promise.resolve();
    await test.database.transaction(async (transaction) => {
      await transaction.query('SELECT FROM person WHERE project_id = $1 AND ordinal = 0 FOR KEY SHARE', [id]);
      merging = send(merge('b', 'a'));
      await waiting(1);
      await addTo(transaction, id, list, [0]);
    });
    await merging;
    expect(await membersOf(id, list)).toEqual([1]);
  });

  it('that the calculator is about to fill with somebody get her survivor', async () => {
    const { id, send } = await openProject();
    await send(...seen('a', 'b'));
    const unfilled = await createList(id, [], 'version = NULL, is_calculating = true');
    let merging: Promise<unknown> = Promise.resolve();
    await test.database.transaction(async (transaction) => {
      await lockCohort(transaction, { projectId: id, cohortId: unfilled }, 'SHARE');
      merging = send(merge('b', 'a'));
      await waiting(1);
      const members = bitmapOf([0]);
      const at = await readClock(transaction, id);
      const ids = { projectId: id, cohortId: unfilled };
      await replaceMembers(transaction, { ...ids, version: 1, members, reason: 'calculation', at });
      await transaction.query('UPDATE cohort SET version = 1, count = 1 WHERE id = $1', [unfilled]);
      members.dispose();
    });
    await merging;
    expect(await membersOf(id, unfilled)).toEqual([1]);
  });

  it('hold exactly the survivors of their members after merges and additions by several at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const name = fc.constantFrom(...names);
    const histories = fc.array(fc.tuple(name, name), { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.nat(5), { maxLength: 4 }), async (merges, added) => {
        const { id, send, sendTo } = await openProject(65_533);
        await send(...seen(...names));
        const first = 65_533;
        const lists = [await createList(id, [first, first + 4]), await createList(id, [first + 1, first + 3])];
        const adding = added.map((who) =>
          test.database.transaction(async (transaction) => {
            const { rows } = await transaction.query<{ ordinal: number }>(
              'SELECT ordinal FROM person WHERE project_id = $1 AND ordinal = $2 AND merged_into IS NULL FOR KEY SHARE',
              [id, first + who],
            );
            await addTo(
              transaction,
              id,
              lists[who % 2]!,
              rows.map(({ ordinal }) => ordinal),
            );
            return rows.length > 0 ? [[who % 2, first + who] as const] : [];
          }),
        );
        const merging = merges.map(([into, other], index) => sendTo(index % 2, merge(into, other)));
        const [joined] = await Promise.all([Promise.all(adding), Promise.all(merging)]);
        const persons = new Map((await readPersons(test.database, id)).map((one) => [one.ordinal, one.merged_into]));
        const survivorOf = (ordinal: number): number => {
          const into = persons.get(ordinal) ?? null;
          return into === null ? ordinal : survivorOf(into);
        };
        const given = [new Set([first, first + 4]), new Set([first + 1, first + 3])];
        joined.flat().forEach(([list, ordinal]) => given[list]!.add(ordinal));
        for (const [index, list] of lists.entries()) {
          const expected = [...new Set([...given[index]!].map(survivorOf))].sort((a, b) => a - b);
          expect(await membersOf(id, list)).toEqual(expected);
        }
      }),
      { numRuns: 15 },
    );
  });
});
