import { bitmapOf, BitmapScope } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import type { Transaction } from '../database.js';
import { type CohortChanges, writeAllChanges } from '../membership/chunks.js';
import { BlockChunks, ChunkCache } from './chunk-cache.js';
import { HeldBlocks } from './held-blocks.js';
import { lockBlocks } from './locked-members.js';

const LARGE = 1_000_000;
const FLIP_FROM = 1_000;

describe('blocks that a live writer holds', () => {
  const test = useDatabase({ pipelined: true });
  let [a, b] = [0, 0];
  let projectId: number;
  let read: number;

  beforeEach(async () => {
    projectId = (await createTestProject(test.database)).id;
    const { rows } = await test.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, version) SELECT $1, 'live', 1 FROM generate_series(1, 2) RETURNING id`,
      [projectId],
    );
    [a, b] = rows.map(({ id }) => id) as [number, number];
  });

  /** Reads both cohorts and writes `members` as all that cohort `a` has, in a transaction that may fail at its end. */
  async function turn(cache: ChunkCache, members: readonly number[] | null, fails = false): Promise<number[][]> {
    using scope = new BitmapScope();
    using held = new HeldBlocks(cache);
    let seen: number[][] = [];
    const work = async (transaction: Transaction) => {
      const locked = await lockBlocks(transaction, projectId, [0]);
      await held.read(counting(transaction), locked, { cohortIds: [a, b], live: new Set([a, b]) });
      seen = [a, b].map((id) => [...(held.chunk(id, 0)?.members ?? [])]);
      if (members !== null) {
        const changes = [changeOf(a, held, scope.of(members), scope)];
        await writeAllChanges(transaction, { projectId, reason: 'change', at: new Date() }, changes);
        held.write(changes, scope);
      }
      if (fails) {
        throw new Error('at the very end');
      }
    };
    if (fails) {
      await expect(test.database.transaction(work)).rejects.toThrow('at the very end');
    } else {
      await test.database.transaction(work);
      held.settle();
    }
    return seen;
  }

  function changeOf(
    cohortId: number,
    held: HeldBlocks,
    after: ReturnType<typeof bitmapOf>,
    scope: BitmapScope,
  ): CohortChanges {
    const revision = String((held.chunk(cohortId, 0)?.revision ?? 0n) + 1n);
    return { cohortId, version: 1, changed: [{ chunk: 0, revision, after, entered: scope.of(), left: scope.of() }] };
  }

  function counting(transaction: Transaction): Transaction {
    const query = async (text: string, values: unknown[]) => {
      const result = await transaction.query(text, values);
      read += result.rowCount ?? 0;
      return result;
    };
    return Object.assign(Object.create(transaction) as Transaction, { query });
  }

  const rowsReadBy = async (work: () => Promise<unknown>) => {
    read = 0;
    await work();
    return read;
  };

  it('are read once, and then only what others have changed', async () => {
    const [mine, others] = [new ChunkCache(LARGE, FLIP_FROM), new ChunkCache(LARGE, FLIP_FROM)];
    await turn(others, [1, 2]);
    expect(await rowsReadBy(() => turn(mine, null))).toBe(1);
    expect(
      await rowsReadBy(async () => {
        expect(await turn(mine, [3])).toEqual([[1, 2], []]);
        expect(await turn(mine, [4])).toEqual([[3], []]);
      }),
    ).toBe(0);
    await turn(others, [5]);
    expect(
      await rowsReadBy(async () => {
        expect(await turn(mine, null)).toEqual([[5], []]);
      }),
    ).toBe(1);
  });

  it('are as they were when the transaction fails', async () => {
    const cache = new ChunkCache(LARGE, FLIP_FROM);
    await turn(cache, [1]);
    await turn(cache, [2], true);
    expect(await turn(cache, [3])).toEqual([[1], []]);
    expect(await turn(cache, null)).toEqual([[3], []]);
  });

  it('keep nothing of cohorts that are live no more', async () => {
    using cache = new ChunkCache(LARGE, FLIP_FROM);
    await turn(cache, [1]);
    const kept = await test.database.transaction(async (transaction) => {
      using held = new HeldBlocks(cache);
      await held.read(transaction, await lockBlocks(transaction, projectId, [0]), {
        cohortIds: [a],
        live: new Set([a]),
      });
      return [a, b].map((id) => [...(held.chunk(id, 0)?.members ?? ['gone'])]);
    });
    expect(kept).toEqual([[1], ['gone']]);
  });

  it('are right though memory has no room for them', async () => {
    const cache = new ChunkCache(0, FLIP_FROM);
    await turn(cache, [1]);
    expect(
      await rowsReadBy(async () => {
        expect(await turn(cache, [2])).toEqual([[1], []]);
      }),
    ).toBe(1);
    expect(await turn(cache, null)).toEqual([[2], []]);
  });
});

describe('chunks in memory', () => {
  const blockAt = (epoch: number) => {
    const block = new BlockChunks(epoch);
    block.set(1, { members: bitmapOf([1]), flipped: bitmapOf(), revision: 1n });
    return block;
  };

  it('of another server, or of later than now, count no more: a fail-over may have lost commits', () => {
    using cache = new ChunkCache(LARGE, FLIP_FROM);
    cache.take(1, 0, { server: 'first', epoch: 5 });
    cache.giveBack(1, 0, blockAt(5), 'first');
    expect(cache.take(1, 0, { server: 'first', epoch: 4 })).toBeUndefined();
    cache.giveBack(1, 0, blockAt(5), 'first');
    expect(cache.take(1, 0, { server: 'second', epoch: 5 })).toBeUndefined();
    cache.giveBack(1, 0, blockAt(5), 'first');
    expect(cache.take(1, 0, { server: 'second', epoch: 5 })).toBeUndefined();
  });

  it('that came back last stay when there is no room for all, and the later of two', () => {
    const room = blockAt(1).bytes;
    using cache = new ChunkCache(2 * room, FLIP_FROM);
    const now = { server: '', epoch: 9 };
    [0, 1, 2].forEach((block) => {
      cache.giveBack(1, block, blockAt(block), '');
    });
    expect(cache.take(1, 0, now)).toBeUndefined();
    cache.giveBack(1, 2, blockAt(1), '');
    const [kept, later] = [cache.take(1, 1, now), cache.take(1, 2, now)];
    expect([kept?.epoch, later?.epoch]).toEqual([1, 2]);
    kept?.[Symbol.dispose]();
    later?.[Symbol.dispose]();
  });
});
