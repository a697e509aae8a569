import type { MembershipReason } from '#contracts';
import { ADVISORY_LOCKS } from '#persistence';

import type { LedgerRow, LedgerTable } from '../ledger/ledger-table.js';

/** A claimed row of `membership_delta`. */
export interface DeltaRow extends LedgerRow {
  readonly project_id: number;
  readonly cohort_id: number;
  readonly version: number;
  readonly chunk: number;
  /** A bigint, as text. */
  readonly revision: string;
  readonly reason: MembershipReason;
  readonly at: Date;
  readonly entered: Buffer;
  readonly left_: Buffer;
}

export const DELTA_TABLE: LedgerTable = {
  name: 'membership_delta',
  position: 'id',
  key: ['project_id', 'cohort_id'],
  doneAt: 'announced_at',
  bytes: 'octet_length(l.entered) + octet_length(l.left_)',
  columns: `l.id AS position, l.project_id || ':' || l.cohort_id AS key, l.project_id, l.cohort_id, l.version, l.chunk, l.revision, l.reason, l.at,
    l.entered, l.left_`,
  since: 'at',
  lock: ADVISORY_LOCKS.claimDeltas,
  known: 'true',
};
