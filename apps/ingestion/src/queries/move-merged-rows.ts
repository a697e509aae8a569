import type { Transaction } from '#persistence';

/** A stored person who becomes another one. */
export interface Move {
  readonly projectId: number;
  readonly loser: number;
  readonly survivor: number;
}

/** An event of the past that counts for the survivor now. */
export interface MovedFact {
  readonly projectId: number;
  readonly ordinal: number;
  readonly event: string;
  /** To the quarter of an hour: exact enough for the local day, and few rows. */
  readonly time: Date;
}

const MOVES = 'unnest($1::int[], $2::int[], $3::int[]) m(project_id, loser, survivor)';

const TOMBSTONES = `
  UPDATE person p SET merged_into = m.survivor, properties = '{}'
  FROM ${MOVES} WHERE p.project_id = m.project_id AND p.ordinal = m.loser`;
const DISTINCT_IDS = `
  UPDATE person_distinct_id d SET ordinal = m.survivor
  FROM ${MOVES} WHERE d.project_id = m.project_id AND d.ordinal = m.loser`;
const EVENTS = `
  WITH moved AS (
    UPDATE event e SET ordinal = m.survivor
    FROM ${MOVES} WHERE e.project_id = m.project_id AND e.ordinal = m.loser
    RETURNING e.project_id, e.ordinal, e.event, e."timestamp"
  )
  SELECT DISTINCT project_id, ordinal, event, date_bin('15 minutes', "timestamp", '1970-01-01Z') FROM moved`;

/**
 * Gives all that the losers have to their survivors and leaves tombstones. The losers' rows are locked FOR UPDATE.
 * @returns what the survivors did without knowing
 */
export async function moveMergedRows(transaction: Transaction, moves: readonly Move[]): Promise<MovedFact[]> {
  if (moves.length === 0) {
    return [];
  }
  const values = [
    moves.map((move) => move.projectId),
    moves.map((move) => move.loser),
    moves.map((move) => move.survivor),
  ];
  await transaction.query(TOMBSTONES, values);
  await transaction.query(DISTINCT_IDS, values);
  const moved = await transaction.query<[number, number, string, Date]>({ text: EVENTS, values, rowMode: 'array' });
  return moved.rows.map(([projectId, ordinal, event, time]) => ({ projectId, ordinal, event, time }));
}
