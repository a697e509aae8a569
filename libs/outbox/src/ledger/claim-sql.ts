import type { LeasePolicy, LedgerTable } from './ledger-table.js';

/** What became of rows claimed before. */
export interface Settlement {
  /** Told; never again. */
  readonly done: readonly string[];
  /** Given back untold. */
  readonly released: readonly string[];
}

function isOpen(table: LedgerTable, alias: string): string {
  return `${alias}.${table.doneAt} IS NULL AND ${alias}.dead_at IS NULL`;
}

/** `{1,2}`: positions come from a bigint column, so they are digits only. */
function positions(list: readonly string[]): string {
  return `'{${list.join(',')}}'::bigint[]`;
}

/** The rows of a token; a lease that went to somebody else matches nothing. */
function held(table: LedgerTable, list: readonly string[], token: string): string {
  return `${table.position} = ANY(${positions(list)}) AND lease_token = '${token}'`;
}

/** Marks what was told, gives back the rest. The row counts tell whether the lease still held. */
function settle(table: LedgerTable, settlement: Settlement, token: string): string {
  const set = (columns: string, list: readonly string[]) =>
    list.length === 0
      ? ''
      : `
    UPDATE ${table.name} SET ${columns}lease_token = NULL, leased_until = NULL WHERE ${held(table, list, token)};`;
  return set(`${table.doneAt} = clock_timestamp(), `, settlement.done) + set('', settlement.released);
}

/**
 * Takes the open rows in position order, up to the limits. A row is taken only when no smaller open position of its key is leased or
 * backing off; those neither leased nor backing off are smaller, so they come first into the same claim. `now()` is one instant
 * for all rows: with a running clock a lease could end between the looks at two rows of one key.
 */
function claim(table: LedgerTable, policy: LeasePolicy, token: string, floor: bigint): string {
  const sameKey = table.key.map((column) => `earlier.${column} = l.${column}`).join(' AND ');
  const placeOf = (alias: string, position: string) =>
    `(${[...table.key.map((column) => `${alias}.${column}`), position].join(', ')})`;
  const earlierPlace = placeOf('earlier', `earlier.${table.position}`);
  return `
    WITH free AS (
      SELECT l.${table.position} AS position, ${table.bytes} AS bytes
      FROM ${table.name} l
      WHERE ${isOpen(table, 'l')} AND l.${table.position} > 0 AND l.${table.position} >= ${floor} AND ${table.known}
        AND (l.leased_until IS NULL OR l.leased_until <= now()) AND (l.not_before IS NULL OR l.not_before <= now())
        AND NOT EXISTS (
          SELECT FROM ${table.name} earlier
          WHERE ${sameKey} AND ${earlierPlace} < ${placeOf('l', `l.${table.position}`)} AND ${earlierPlace} >= ${placeOf('l', String(floor))}
            AND ${isOpen(table, 'earlier')}
            AND (earlier.leased_until > now() OR earlier.not_before > now())
          OFFSET 0)
      ORDER BY l.${table.position}
      LIMIT ${policy.batchRows}
    ), fitting AS (
      SELECT position FROM (
        SELECT position, bytes, sum(bytes) OVER (ORDER BY position) AS total FROM free
      ) AS summed
      WHERE total <= ${policy.batchBytes} OR total = bytes
    ), claimed AS (
      UPDATE ${table.name} l SET lease_token = '${token}', leased_until = clock_timestamp() + interval '${policy.leaseMs} ms'
      WHERE l.${table.position} IN (SELECT position FROM fitting)
      RETURNING l.${table.position} AS position
    )
    SELECT set_config('muster.claimed', coalesce(array_agg(position)::text, '{}'), false) FROM claimed;`;
}

/**
 * The start of every change of row states: one advisory lock a table, so that no two relays look and take at once, and each statement
 * after it sees what the last holder did. Committed without waiting for the disk: what a crash of the server forgets
 * is a lease or a mark, and then the same message goes out again with the same id.
 * The plan is fixed, here and in the claim: a queue's statistics are those of its last quiet minute, and what is cheap for one row took
 * minutes for 20,000. "position > 0" names the index in the order of positions. OFFSET 0 keeps the look at the key a look of its own, and
 * comparing whole places leaves it no index but the key's: by the position alone, above the floor, it read all rows before each (8 s of 3,500).
 */
export function guard(table: LedgerTable): string {
  return `
    SET LOCAL synchronous_commit = off;
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off;
    SET LOCAL enable_sort = off;
    SELECT pg_advisory_xact_lock(${table.lock});`;
}

function begin(table: LedgerTable): string {
  return `
    BEGIN ISOLATION LEVEL READ COMMITTED;${guard(table)}`;
}

/**
 * One round trip: settle the last claim, take the next, commit, read its rows. The rows are read after the commit, because
 * a relay that is stopped while it receives them must not hold the lock.
 */
export function turnSql(
  table: LedgerTable,
  policy: LeasePolicy,
  last: { settlement: Settlement; token: string },
  next: { token: string; floor: bigint },
): string {
  const { token, floor } = next;
  return `${begin(table)}${settle(table, last.settlement, last.token)}${claim(table, policy, token, floor)}
    COMMIT;
    SELECT ${table.columns}, l.attempts
    FROM ${table.name} l
    WHERE l.${table.position} = ANY(current_setting('muster.claimed')::bigint[]) AND l.lease_token = '${token}'
    ORDER BY l.${table.position};`;
}

/** Settles and takes nothing new. */
export function settleSql(table: LedgerTable, settlement: Settlement, token: string): string {
  return `${begin(table)}${settle(table, settlement, token)}
    COMMIT;`;
}

/** $1 positions, $2 token, $3 lease in ms. @returns a statement that gives the positions still held */
export function renewSql(table: LedgerTable): string {
  return `
    UPDATE ${table.name} SET leased_until = clock_timestamp() + $3 * interval '1 ms'
    WHERE ${table.position} = ANY($1::bigint[]) AND lease_token = $2
    RETURNING ${table.position} AS position`;
}

/** $1 positions, $2 errors, $3 back-off in ms, $4 token, $5 attempts after which a row is dead. */
export function chargeSql(table: LedgerTable): string {
  return `
    UPDATE ${table.name} l
    SET attempts = l.attempts + 1, last_error = refused.error, lease_token = NULL, leased_until = NULL,
        not_before = clock_timestamp() + refused.wait_ms * interval '1 ms',
        dead_at = CASE WHEN l.attempts + 1 >= $5 THEN clock_timestamp() END
    FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS refused (position, error, wait_ms)
    WHERE l.${table.position} = refused.position AND l.lease_token = $4
    RETURNING l.dead_at IS NOT NULL AS dead`;
}
