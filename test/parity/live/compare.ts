import { type Database, type StoredMembers, type Transaction, uniteMembers } from '#persistence';

import { oracleMembers, type World } from '../oracle/index.js';
import { meaningOf } from './cohorts-of-history.js';
import type { PlayedHistory } from './played-history.js';
import { readWorld } from './read-world.js';

/** How far apart the instants are at which the oracle is asked about somebody who changed while the comparison went on. */
const STEP_MS = 100;

interface Seen {
  readonly world: World;
  /** Of the project's clock: the state is that of some instant between, for each person. */
  readonly from: number;
  readonly to: number;
  /** Uuids by cohort id. */
  readonly members: ReadonlyMap<number, ReadonlySet<string>>;
  readonly faults: readonly string[];
}

/**
 * Compares what is stored with what the oracle makes of the facts. @param since an instant of the database's clock up to which time
 * has been swept @returns what is wrong, one line each
 */
export async function differences(database: Database, played: PlayedHistory, since: Date): Promise<string[]> {
  const seen = await database.transaction((transaction) => look(transaction, played, since), 'REPEATABLE READ');
  const oracle = new HistoryOracle(played, seen.world);
  const wrong = played.cohorts.dynamic.flatMap((cohort, place) => {
    const actual = seen.members.get(cohort.id) ?? new Set<string>();
    const name = `cohort ${place} (id ${cohort.id}) ${JSON.stringify(cohort.filters)}`;
    return wrongPersons(oracle, place, actual, seen).map((line) => `${name}: ${line}`);
  });
  const actual = seen.members.get(played.cohorts.idOfStatic) ?? new Set();
  const wrongStatic = symmetricDifference(oracle.staticMembers, actual).map((uuid) => `static cohort: ${uuid}`);
  return [...seen.faults, ...wrongStatic, ...wrong];
}

async function look(transaction: Transaction, played: PlayedHistory, since: Date): Promise<Seen> {
  const { project, history, cohorts } = played;
  const world = await readWorld(transaction, project.id, history.world);
  const persons = await transaction.query<{ uuid: string; ordinal: number }>(
    'SELECT uuid, ordinal FROM person WHERE project_id = $1',
    [project.id],
  );
  const uuids = new Map(persons.rows.map(({ uuid, ordinal }) => [ordinal, uuid]));
  const members = new Map<number, Set<string>>();
  for (const id of [cohorts.idOfStatic, ...cohorts.dynamic.map((one) => one.id)]) {
    members.set(
      id,
      new Set(await readOrdinals(transaction, project.id, id).then((all) => all.map((one) => uuids.get(one)!))),
    );
  }
  const faults = await readFaults(transaction, project.id);
  const clock = await transaction.query<{ from: Date; to: Date }>(
    `SELECT $2::timestamptz + clock_offset AS "from", clock_timestamp() + clock_offset AS "to" FROM project WHERE id = $1`,
    [project.id, since],
  );
  const { from, to } = clock.rows[0]!;
  return { world, from: from.getTime(), to: to.getTime(), members, faults };
}

async function readOrdinals(transaction: Transaction, projectId: number, cohortId: number): Promise<number[]> {
  const { rows } = await transaction.query<StoredMembers>(
    'SELECT bitmap, flipped FROM cohort_chunk WHERE project_id = $1 AND cohort_id = $2',
    [projectId, cohortId],
  );
  const all = uniteMembers(rows);
  const ordinals = all.toArray();
  all.dispose();
  return ordinals;
}

/** No history has a cohort that cannot be calculated or kept live. */
async function readFaults(transaction: Transaction, projectId: number): Promise<string[]> {
  const { rows } = await transaction.query<{ fault: string }>(
    `SELECT 'cohort ' || id || ' is not live: ' || live_error AS fault FROM cohort WHERE project_id = $1 AND live_error IS NOT NULL
     UNION ALL SELECT 'calculation of cohort ' || cohort_id || ': ' || error FROM calculation WHERE project_id = $1 AND state = 'failed'
     UNION ALL SELECT 'cohort ' || id || ' has no version' FROM cohort WHERE project_id = $1 AND version IS NULL AND NOT deleted`,
    [projectId],
  );
  return rows.map(({ fault }) => fault);
}

/** What the members must be, referenced cohorts first. */
class HistoryOracle {
  readonly staticMembers: ReadonlySet<string>;
  private readonly known = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly played: PlayedHistory,
    private readonly world: World,
  ) {
    const { staticIds } = played;
    const isMember = ({ distinctIds }: World['persons'][number]) => distinctIds.some((id) => staticIds.has(id));
    this.staticMembers = new Set(world.persons.filter(isMember).map(({ uuid }) => uuid));
  }

  members(place: number, at: number): ReadonlySet<string> {
    const key = `${place} ${at}`;
    const members = this.known.get(key) ?? this.ask(place, at);
    this.known.set(key, members);
    return members;
  }

  private ask(place: number, at: number): ReadonlySet<string> {
    const { filters, deleted } = this.played.cohorts.dynamic[place]!;
    if (deleted) {
      return new Set();
    }
    const meant = (value: number): Set<string> => {
      const meaning = meaningOf(value, place);
      return new Set(meaning === 'static' ? this.staticMembers : this.members(meaning, at));
    };
    const cohorts = new Map([1, 2, 3].map((value) => [value, meant(value)]));
    return new Set(oracleMembers(filters, { ...this.world, cohorts }, new Date(at).toISOString()));
  }
}

/** A person is right when some instant of the comparison gives her this answer. */
function wrongPersons(oracle: HistoryOracle, place: number, actual: ReadonlySet<string>, { from, to }: Seen): string[] {
  let wrong = symmetricDifference(oracle.members(place, from), actual);
  for (let at = to; at > from && wrong.length > 0; at -= STEP_MS) {
    const right = oracle.members(place, at);
    wrong = wrong.filter((uuid) => right.has(uuid) !== actual.has(uuid));
  }
  const span = `between ${new Date(from).toISOString()} and ${new Date(to).toISOString()}`;
  return wrong.map(
    (uuid) => `${uuid} is ${actual.has(uuid) ? 'in and should not be' : 'not in and should be'} ${span}`,
  );
}

function symmetricDifference(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...a].filter((one) => !b.has(one)).concat([...b].filter((one) => !a.has(one)));
}
