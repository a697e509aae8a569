import type { CallerUser } from '../authenticate/access.js';

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
export const SELECT_ACTIONS = `
  SELECT ${ACTION_COLUMNS},
    CASE WHEN u.id IS NOT NULL THEN json_build_object('id', u.id, 'uuid', u.uuid, 'distinct_id', u.distinct_id,
      'first_name', u.first_name, 'last_name', u.last_name, 'email', u.email,
      'is_email_verified', u.is_email_verified) END AS created_by
  FROM action a LEFT JOIN app_user u ON u.id = a.created_by_id`;
