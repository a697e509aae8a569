import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';

/** What can be read in a cohort's activity; PostHog's words. */
export type Activity =
  'created' | 'updated' | 'deleted' | 'restored' | 'persons_added_manually' | 'person_removed_manually';

/** A field that got another value. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface CohortActivity {
  readonly cohortId: number;
  /** The cohort's name now. */
  readonly name: string;
  readonly activity: Activity;
  /** Null where the activity says it all. */
  readonly changes: readonly FieldChange[] | null;
}

const INSERT_ACTIVITY = `
  INSERT INTO activity_log (project_id, cohort_id, user_id, activity, name, changes) VALUES ($1, $2, $3, $4, $5, $6)`;

/** Notes who did what, in the transaction of the change. */
export async function recordActivity(
  transaction: Transaction,
  access: Access,
  { cohortId, name, activity, changes }: CohortActivity,
): Promise<void> {
  const entries = changes?.map((change) => ({ type: 'Cohort', action: 'changed', ...change })) ?? null;
  await transaction.query(INSERT_ACTIVITY, [
    access.projectId,
    cohortId,
    access.user.id,
    activity,
    name,
    entries === null ? null : JSON.stringify(entries),
  ]);
}
