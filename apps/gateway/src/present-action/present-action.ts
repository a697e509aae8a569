import type { Shape } from '../http/shape.js';
import type { ActionResponse } from './action.response.js';
import type { ActionRow } from './action-row.js';

/** A stored action in the shape that PostHog's clients read. */
export function presentAction(row: ActionRow): Shape<ActionResponse> {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    steps: row.steps.map(({ event, properties = [] }) => ({ event, properties })),
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}
