import type { Shape } from '../http/shape.js';
import type { FlagResponse } from './flag.response.js';
import type { FlagRow } from './flag-row.js';

interface StoredGroup {
  readonly properties?: readonly unknown[] | null;
  readonly rollout_percentage?: number | null;
}

/** A stored flag in the shape that PostHog's clients read. */
export function presentFlag(row: FlagRow): Shape<FlagResponse> {
  const [only, ...others] = row.filters['groups'] as readonly StoredGroup[];
  const isSimple = only !== undefined && others.length === 0 && (only.properties ?? []).length === 0;
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    filters: row.filters,
    active: row.active,
    deleted: row.deleted,
    version: row.version,
    is_simple_flag: isSimple,
    rollout_percentage: isSimple ? (only.rollout_percentage ?? null) : null,
    ensure_experience_continuity: false,
    experiment_set: [],
    tags: [],
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    created_by: row.created_by,
  };
}
