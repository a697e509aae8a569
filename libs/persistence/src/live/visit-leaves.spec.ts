import { BitmapScope, instantOf, leafKey, leavesOf, movingEdgesOf, parseFilters } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import type { TimedLeaf } from './timed-leaf.js';
import { UpcomingDates } from './upcoming-dates.js';
import { visitLeaves } from './visit-leaves.js';

const START = instantOf(new Date('2026-03-10T12:00:00Z'));

function leafOf(days: number, more: object = {}): TimedLeaf {
  const did = { type: 'behavioral', value: 'performed_event', key: 'buy', event_type: 'events', time_value: days };
  const filters = { properties: { type: 'AND', values: [{ ...did, time_interval: 'day', ...more }] } };
  const [leaf] = leavesOf(parseFilters(filters).tree);
  const edges = movingEdgesOf(leaf!).map((edge) => ({ ...edge, names: ['buy'], place: '', way: edge.clock }));
  return { key: leafKey(leaf!), edges, cohorts: [1], sweptTo: START, sleepsUntil: -Infinity };
}

describe('leaves that time has passed', () => {
  const test = useDatabase();

  it('are visited by whom it moves; those that the same persons may leave share one bitmap', async () => {
    const { id: projectId } = await createTestProject(test.database);
    await test.database.pool.query(
      `INSERT INTO event (project_id, uuid, event, ordinal, distinct_id, "timestamp")
       SELECT $1, gen_random_uuid(), 'buy', ordinal, 'x', $2::timestamptz FROM unnest('{1, 70000}'::int[]) AS ordinal`,
      [projectId, START.toString()],
    );
    const one = leafOf(30);
    const alike = leafOf(30, { value: 'performed_event_first_time' });
    const other = leafOf(60);
    const at = START.add({ hours: 31 * 24 });
    using scope = new BitmapScope();
    const visited = await test.database.transaction(
      (snapshot) =>
        visitLeaves(snapshot, { projectId, timezone: 'UTC', at }, [one, alike, other], {
          dates: new UpcomingDates(),
          scope,
        }),
      'REPEATABLE READ',
    );
    expect(visited.get(one)?.toArray()).toEqual([1, 70_000]);
    expect(visited.get(alike)).toBe(visited.get(one));
    expect(visited.has(other)).toBe(false);
  });
});
