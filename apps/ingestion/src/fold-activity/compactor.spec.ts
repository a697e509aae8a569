import { createTestProject, useDatabase } from '#testing';

import { openIngester } from '../testing/open-ingester.js';
import { readActivity, readEveryone } from '../testing/read-state.js';
import { received } from '../testing/received.js';
import { foldGroups } from './fold-groups.js';
import { FoldQueue } from './fold-queue.js';

const test = useDatabase();

async function rowsOf(projectId: number): Promise<unknown> {
  const result = await test.database.pool.query(
    `SELECT (SELECT count(*)::int FROM activity WHERE project_id = $1) AS activity,
            (SELECT count(*)::int FROM person_presence WHERE project_id = $1) AS presence`,
    [projectId],
  );
  return result.rows[0];
}

/** `count` batches of one event each, of `count` persons, on one day. */
async function openWithBatches(count: number) {
  const ingester = openIngester(test.database);
  const { id } = await createTestProject(test.database);
  for (let index = 0; index < count; index += 1) {
    const event = { project_id: id, event: "it's\ta \\ name", distinct_id: `p${index}` };
    await ingester.handler.handle([received({ ...event, timestamp: '2026-02-01T12:00:00Z' })]);
  }
  return { ...ingester, id };
}

describe('the compactor', () => {
  it('folds many rows into one that says the same', async () => {
    const { compactor, id } = await openWithBatches(16);
    const before = [await readActivity(test.database, id), await readEveryone(test.database, id)];
    expect(await rowsOf(id)).toEqual({ activity: 16, presence: 16 });
    expect(await compactor.foldDue()).toBe(32);
    expect(await rowsOf(id)).toEqual({ activity: 1, presence: 1 });
    expect([await readActivity(test.database, id), await readEveryone(test.database, id)]).toEqual(before);
  });

  it('leaves few fresh rows alone, and finds them in a sweep', async () => {
    const { compactor, id } = await openWithBatches(3);
    expect(await compactor.foldDue()).toBe(0);
    expect(await compactor.sweep()).toBeGreaterThanOrEqual(6);
    expect(await rowsOf(id)).toEqual({ activity: 1, presence: 1 });
    expect(await compactor.sweep()).toBe(0);
  });

  it('does not rewrite a row that is alone already', async () => {
    const { id } = await openWithBatches(1);
    const group = { table: 'person_presence', projectId: id, kind: 'born', chunk: 0 } as const;
    expect(await foldGroups(test.database, [group])).toBe(0);
    expect(await rowsOf(id)).toEqual({ activity: 1, presence: 1 });
  });

  it('takes another process that folds the same project for an answer', async () => {
    const { compactor, id } = await openWithBatches(2);
    await test.database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, -1)', [id]);
      await compactor.sweep();
    });
    expect(await rowsOf(id)).toEqual({ activity: 2, presence: 2 });
  });

  it('does not wait for a batch under way, nor lets it wait', async () => {
    const { compactor, handler, id } = await openWithBatches(2);
    await test.database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, 0)', [id]);
      const batch = handler.handle([received({ project_id: id, event: 'seen', distinct_id: 'p1' })]);
      await compactor.sweep();
      expect(await rowsOf(id)).toEqual({ activity: 1, presence: 1 });
      await transaction.query('COMMIT');
      await batch;
    });
  });
});

describe('the fold queue', () => {
  const row = { projectId: 1, event: 'seen', day: '2026-02-01', chunk: 0, ordinals: [1] };
  const report = { activity: [row], presence: [] };

  it('gives a group when it has many rows', () => {
    const queue = new FoldQueue(() => 0);
    for (let rows = 1; rows < 16; rows += 1) {
      queue.add(report);
    }
    expect(queue.takeDue(10)).toEqual([]);
    queue.add(report);
    expect(queue.takeDue(10)).toEqual([
      { table: 'activity', projectId: 1, event: 'seen', day: '2026-02-01', chunk: 0 },
    ]);
    expect(queue.takeDue(10)).toEqual([]);
  });

  it('gives a group that was quiet for a minute', () => {
    let nowMs = 0;
    const queue = new FoldQueue(() => nowMs);
    queue.add(report);
    nowMs = 59_999;
    expect(queue.takeDue(10)).toEqual([]);
    nowMs = 60_000;
    expect(queue.takeDue(10)).toHaveLength(1);
  });

  it('gives no more than is asked for, and keeps the rest', () => {
    const queue = new FoldQueue(() => 0);
    const group = { table: 'activity', projectId: 1, event: 'seen', day: '2026-02-01' } as const;
    queue.addDue([0, 1, 2].map((chunk) => ({ ...group, chunk })));
    expect(queue.takeDue(2)).toHaveLength(2);
    expect(queue.takeDue(2)).toHaveLength(1);
  });
});
