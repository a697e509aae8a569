import { type Instant, instantOf } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { type DateStretch, UpcomingDates } from './upcoming-dates.js';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-03-10T12:00:00Z');

const at = (hours: number): Instant => instantOf(new Date(START + hours * HOUR_MS));
const stretch = (key: string, from: number, to: number, way = key): DateStretch => ({
  place: key,
  way,
  facts: { type: 'person_property', key },
  from: at(from),
  to: at(to),
  ahead: at(to + 6),
});

describe('stored dates that edges come to', () => {
  const test = useDatabase();
  const dates = new UpcomingDates();
  let projectId = 0;

  const update = (...stretches: DateStretch[]) =>
    test.database.transaction(
      (snapshot) => dates.update(snapshot, { projectId, timezone: 'UTC' }, stretches),
      'REPEATABLE READ',
    );
  const foundIn = (...stretches: DateStretch[]) =>
    stretches.map((one) => {
      const persons = dates.between(one);
      const ordinals = persons.toArray();
      persons.dispose();
      return ordinals;
    });

  it('are looked through anew one list at a time, when half of the time they were read for is over', async () => {
    projectId = (await createTestProject(test.database)).id;
    await test.database.pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at) VALUES ($1, 1, gen_random_uuid(), '{}', now())`,
      [projectId],
    );
    await update(stretch('a', 0, 1), stretch('b', 0, 1));
    // Nobody tells of this change, so only a look at everybody finds it.
    await test.database.pool.query(
      `UPDATE person SET properties = jsonb_build_object('a', $2::text, 'b', $2::text) WHERE project_id = $1`,
      [projectId, at(6).toString()],
    );
    await update(stretch('a', 1, 2), stretch('b', 1, 2));
    const later = [stretch('a', 5, 7), stretch('b', 5, 7)] as const;
    expect(foundIn(...later)).toEqual([[], []]);
    await update(stretch('a', 2, 5), stretch('b', 2, 5));
    expect(foundIn(...later)).toEqual([[1], []]);
    await update(stretch('a', 2, 5), stretch('b', 2, 5));
    expect(foundIn(...later)).toEqual([[1], [1]]);
  });

  it('are looked through at once where an edge is beyond what was read', async () => {
    await update(stretch('a', 5, 30), stretch('b', 5, 30));
    await test.database.pool.query(
      `UPDATE person SET properties = jsonb_build_object('a', $2::text, 'b', $2::text) WHERE project_id = $1`,
      [projectId, at(50).toString()],
    );
    const beyond = [stretch('a', 30, 60), stretch('b', 30, 60)] as const;
    await update(...beyond);
    expect(foundIn(...beyond)).toEqual([[1], [1]]);
  });

  it('are looked through once for leaves of one place in several rounds, until nobody has them', async () => {
    const soon = stretch('a', 0, 1, 'soon');
    const far = stretch('a', 100, 101, 'far');
    dates.retain(new Set());
    await update(soon);
    await update(far);
    await test.database.pool.query(
      `UPDATE person SET properties = jsonb_build_object('a', $2::text) WHERE project_id = $1`,
      [projectId, at(103).toString()],
    );
    const later = stretch('a', 101, 104, 'far');
    await update(soon);
    await update(far);
    expect(foundIn(later)).toEqual([[]]);
    dates.retain(new Set(['soon']));
    await update(far);
    expect(foundIn(later)).toEqual([[1]]);
  });
});
