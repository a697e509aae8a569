import type { Transaction } from '../database.js';
import { together } from '../together.js';

/** Of the space of two numbers (advisory-locks.ts); blocks of persons are never negative. */
const GATE = -1;

const PASS_GATE = {
  SHARE: `SELECT pg_advisory_xact_lock_shared($1, ${GATE})`,
  UPDATE: `SELECT pg_advisory_xact_lock($1, ${GATE})`,
} as const;

/**
 * The first lock of every writer of membership, after those of persons: the project's live-set row. Before it a gate, because row
 * locks are not fair: PostgreSQL shares a shared row at once, though somebody waits for it alone, and two busy replicas of realtime
 * kept an edit out for more than 90 s. Advisory locks have a queue. Take it at once as strong as needed.
 * @param gate `UPDATE` for whoever wants cohort rows alone that live writers share, as a flip does
 * @returns the live set's number
 */
export async function lockLiveSet(
  transaction: Transaction,
  projectId: number,
  strength: 'SHARE' | 'UPDATE',
  gate: 'SHARE' | 'UPDATE' = strength,
): Promise<string> {
  const [, { rows }] = await together(transaction, [
    () => transaction.query(PASS_GATE[gate], [projectId]),
    () =>
      transaction.query<{ number: string }>(`SELECT number FROM live_set WHERE project_id = $1 FOR ${strength}`, [
        projectId,
      ]),
  ]);
  return rows[0]?.number ?? '0';
}
