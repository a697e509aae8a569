import type { CallerUser } from '../authenticate/access.js';
import { CREATED_BY, joinCreator } from '../authenticate/created-by.js';

/** A feature flag as read for an answer, its creator included. */
export interface FlagRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly filters: Record<string, unknown>;
  readonly active: boolean;
  readonly deleted: boolean;
  readonly version: number;
  /** The cohorts that its conditions name. */
  readonly refers_to: readonly number[];
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly created_by: CallerUser | null;
}

/** What one INSERT or UPDATE of a flag gives back. */
export type StoredFlag = Omit<FlagRow, 'created_by'>;

/** The stored part of a FlagRow, of the table called `f`. */
export const FLAG_COLUMNS = `
  f.id, f.key, f.name, f.filters, f.active, f.deleted, f.version, f.refers_to, f.created_at, f.updated_at`;

/** Reads FlagRows; add WHERE and ORDER BY on `f`. */
export const SELECT_FLAGS = `SELECT ${FLAG_COLUMNS}, ${CREATED_BY} FROM feature_flag f ${joinCreator('f')}`;
