import { useDatabase } from '#testing';

import { purge } from './purge.js';

const test = useDatabase();

describe('purging', () => {
  it('forgets event keys after 30 days and changes after one, and nothing younger', async () => {
    const { pool } = test.database;
    await pool.query(
      `INSERT INTO event_seen (project_id, uuid, seen_on)
       SELECT 1, gen_random_uuid(), current_date - age FROM generate_series(1, 6000), unnest(ARRAY[30, 31]) age`,
    );
    await pool.query(
      `INSERT INTO person_change (project_id, persons, at)
       SELECT 1, '', now() - age FROM unnest(ARRAY['25 hours', '23 hours', '0 hours']::interval[]) age`,
    );
    expect(await purge(test.database)).toEqual({ eventSeen: 6000, personChange: 1 });
    const left = await pool.query(
      `SELECT (SELECT count(*)::int FROM event_seen WHERE seen_on = current_date - 30) AS seen,
              (SELECT count(*)::int FROM person_change) AS changes`,
    );
    expect(left.rows[0]).toEqual({ seen: 6000, changes: 2 });
  });
});
