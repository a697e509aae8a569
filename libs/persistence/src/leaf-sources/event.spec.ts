import { bitmapOf, instantOf, localDay, type PerformedEventLeaf, serializeBitmap } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { EventSource } from './event.source.js';

const TIMEZONE = 'Europe/Berlin';
const AT = '2024-06-15T10:30:00Z';

/** [ordinal, event, when]; ordinal 70,000 lies in the second block. */
const EVENTS: readonly [number, string, string][] = [
  [0, 'purchase', '2024-06-07T21:59:59.999Z'],
  [1, 'purchase', '2024-06-07T22:00:00Z'],
  [2, 'purchase', '2024-06-15T21:59:59.999Z'],
  [3, 'purchase', '2024-06-15T22:00:00Z'],
  [4, 'Purchase', '2024-06-10T10:00:00Z'],
  [70_000, 'purchase', '2024-06-15T09:00:00Z'],
  [70_000, 'purchase', '2024-06-15T09:10:00Z'],
];

describe('EventSource', () => {
  const test = useDatabase();
  let projectId: number;

  beforeAll(async () => {
    projectId = (await createTestProject(test.database, { timezone: TIMEZONE })).id;
    for (const [index, [ordinal, event, at]] of EVENTS.entries()) {
      await test.database.pool.query(
        `INSERT INTO event (project_id, uuid, event, ordinal, distinct_id, "timestamp") VALUES ($1, gen_random_uuid(), $2, $3, 'x', $4)`,
        [projectId, event, ordinal, at],
      );
      await test.database.pool.query(
        'INSERT INTO activity (project_id, event, day, chunk, batch, bitmap) VALUES ($1, $2, $3, $4, $5, $6)',
        [
          projectId,
          event,
          localDay(new Date(at), TIMEZONE),
          ordinal >> 16,
          index,
          serializeBitmap(bitmapOf([ordinal])),
        ],
      );
    }
  });

  async function performed(window: PerformedEventLeaf['window'], within?: number[]) {
    return test.database.transaction(async (transaction) => {
      const leaf = {
        kind: 'performed_event',
        path: 'leaf',
        negation: false,
        matcher: { type: 'events', key: 'purchase', filters: [] },
        window,
      } as const;
      const moment = { at: instantOf(AT), timezone: TIMEZONE, within: within ? bitmapOf(within) : null };
      const [matches] = await new EventSource(transaction, projectId).matching([leaf], moment);
      return matches?.toArray();
    });
  }

  const lastWeek = { from: { type: 'relative', amount: 7, unit: 'day' }, to: null, rounding: 'unit' } as const;
  const threeHours = { from: { type: 'relative', amount: 3, unit: 'hour' }, to: null, rounding: 'unit' } as const;

  it('the last seven days hold seven whole days and today, on the clock of the project', async () => {
    expect(await performed(lastWeek)).toEqual([1, 2, 70_000]);
  });

  it('hours are answered to the instant', async () => {
    expect(await performed(threeHours)).toEqual([2, 70_000]);
  });

  it('an explicit range of instants includes both ends', async () => {
    const at = (text: string) => ({ type: 'absolute', text }) as const;
    const window = { from: at('2024-06-07T21:59:59.999Z'), to: at('2024-06-07T22:00:00Z'), rounding: 'day' } as const;
    expect(await performed(window)).toEqual([0, 1]);
  });

  it('looks only at the persons it is asked about', async () => {
    expect(await performed(lastWeek, [0, 2, 70_000])).toEqual(expect.arrayContaining([2, 70_000]));
    expect(await performed(threeHours, [0, 2])).toEqual([2]);
  });
});
