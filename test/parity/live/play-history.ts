import { TOPICS } from '#contracts';
import { createTestProject } from '#testing';

import { MusterApi } from '../../support/muster-api.js';
import { instantAt } from '../arbitraries/index.js';
import { birthOf, loadActions } from '../load-world.js';
import { DAY, startOfNextDay } from '../oracle/calendar.js';
import { CohortsOfHistory } from './cohorts-of-history.js';
import { editPerson } from './edit-person.js';
import type { History, Move } from './history.js';
import type { PlayedHistory, Rig } from './played-history.js';
import { Teller, type Told } from './teller.js';

/** Makes the project and tells its world; who reads its cohorts must wait for quiet. */
export async function beginHistory(rig: Rig, history: History): Promise<PlayedHistory> {
  const { stack, producer, ingested } = rig;
  const { timezone, focus } = history.world;
  const project = await createTestProject(stack.database, { timezone });
  await stack.database.pool.query(
    'UPDATE project SET clock_offset = $2::timestamptz - clock_timestamp() WHERE id = $1',
    [project.id, new Date(Date.parse(focus) - history.daysBefore * DAY)],
  );
  const api = new MusterApi({ gatewayUrl: stack.gatewayUrl, project });
  const topic = stack.connection.physical(TOPICS.events.name);
  const teller = new Teller({ projectId: project.id, producer, topic, ingested, isOrdered: history.isOrdered });
  const cohorts = new CohortsOfHistory(api, await loadActions(stack.database, project.id, history.world));
  const played = { history, project, teller, cohorts, api, staticIds: new Set<string>() };
  await tellWorld(rig, played);
  return played;
}

async function tellWorld(rig: Rig, played: PlayedHistory): Promise<void> {
  const { history, teller, cohorts } = played;
  await cohorts.createStatic();
  if (history.cohortsFirst) {
    await cohorts.create(history.definitions);
  }
  for (const told of toldOf(history)) {
    await teller.tell(told);
  }
  await teller.settle();
  await fillStatic(rig, played);
  if (!history.cohortsFirst) {
    await cohorts.create(history.definitions);
  }
}

function toldOf({ world }: History): Told[] {
  const births = world.persons.flatMap(birthOf).map((born): Told => ({
    distinctId: born.distinct_id!,
    event: born.event!,
    timestamp: born.timestamp!,
    properties: born.properties!,
    ofPerson: true,
  }));
  return [...births, ...world.events.map((event): Told => ({ ...event, ofPerson: true }))];
}

async function fillStatic({ stack }: Rig, played: PlayedHistory): Promise<void> {
  const { world } = played.history;
  const members = world.persons.filter(({ uuid }) => world.cohorts.get(1)?.has(uuid));
  const { rows } = await stack.database.pool.query<{ uuid: string; ids: string[] }>(
    `SELECT uuid, ARRAY(SELECT distinct_id FROM person_distinct_id AS id WHERE id.project_id = $1 AND id.ordinal = person.ordinal) AS ids
     FROM person WHERE project_id = $1 AND ordinal IN
       (SELECT ordinal FROM person_distinct_id WHERE project_id = $1 AND distinct_id = ANY($2::text[]))`,
    [played.project.id, members.map(({ distinctIds }) => distinctIds[0])],
  );
  await played.cohorts.addToStatic(rows.map(({ uuid }) => uuid));
  played.staticIds = new Set(rows.flatMap(({ ids }) => ids));
}

/** Makes the moves one after another, as fast as they can be told; all of them have been taken when it is done. */
export async function playMoves(rig: Rig, played: PlayedHistory, moves: readonly Move[]): Promise<void> {
  for (const move of moves) {
    await playMove(rig, played, move);
  }
  await played.teller.settle();
}

async function playMove(rig: Rig, played: PlayedHistory, move: Move): Promise<void> {
  const { teller, cohorts, history } = played;
  switch (move.kind) {
    case 'event':
      await teller.tell({ ...move, timestamp: new Date(instantAt(move.when, history.world)).toISOString() });
      return;
    case 'again':
      teller.again(move.back);
      return;
    case 'edit':
      await teller.send();
      await cohorts.edit(move.cohort, move.filters);
      return;
    case 'toggle':
      await teller.send();
      await cohorts.toggle(move.cohort);
      return;
    case 'person':
      await teller.settle();
      await editPerson(rig, played, move);
      return;
    case 'shift':
      await teller.send();
      await shift(rig, played, move.by);
  }
}

/** As `projects shift` of the command line does, which takes a process each. */
async function shift(
  { stack }: Rig,
  { project, history }: PlayedHistory,
  by: number | { midnights: number; jitter: number },
): Promise<void> {
  const { pool } = stack.database;
  const { rows } = await pool.query<{ now: Date }>(
    'SELECT clock_timestamp() + clock_offset AS now FROM project WHERE id = $1',
    [project.id],
  );
  const now = rows[0]!.now.getTime();
  const ms = typeof by === 'number' ? by : midnightAfter(now, by.midnights, history.world.timezone) + by.jitter - now;
  await pool.query(`UPDATE project SET clock_offset = clock_offset + $2 * interval '1 millisecond' WHERE id = $1`, [
    project.id,
    Math.max(0, Math.round(ms)),
  ]);
}

function midnightAfter(instant: number, midnights: number, timezone: string): number {
  const next = startOfNextDay(instant, timezone);
  return midnights === 1 ? next : midnightAfter(next, midnights - 1, timezone);
}
