import type { CallerUser } from '../authenticate/access.js';
import { CREATED_BY, joinCreator } from '../authenticate/created-by.js';

/** One way to match: an event, and conditions that all hold on it. */
export interface ActionStep {
  readonly event: string;
  readonly properties?: readonly unknown[];
}

/** An action as read for an answer, its creator included. */
export interface ActionRow {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly steps: readonly ActionStep[];
  readonly created_at: Date;
  readonly created_by: CallerUser | null;
}

/** The stored part of an ActionRow, of the table called `a`. */
export const ACTION_COLUMNS = 'a.id, a.name, a.description, a.steps, a.created_at';

/** Reads ActionRows; add WHERE and ORDER BY on `a`. */
export const SELECT_ACTIONS = `SELECT ${ACTION_COLUMNS}, ${CREATED_BY} FROM action a ${joinCreator('a')}`;
