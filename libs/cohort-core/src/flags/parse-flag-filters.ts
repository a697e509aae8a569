import { isObject, type JsonObject } from '#contracts';

import { DefinitionError, join, shown } from '../definition/definition-error.js';
import { leavesOf } from '../definition/filter-node.js';
import type { FlagDefinition, FlagGroup, FlagVariant } from './flag-definition.js';
import { refuseUnsupported } from './flag-fields.js';
import { parseFlagGroup } from './parse-flag-group.js';
import { parsePayloads } from './parse-payloads.js';
import { parseVariants } from './parse-variants.js';

export interface ParsedFlag {
  /** As it is stored and answered: what the client sent, ids of cohorts as integers. */
  readonly filters: JsonObject;
  readonly definition: FlagDefinition;
}

const MAX_GROUPS = 100;
const MAX_CONDITIONS = 200;
const MAX_VALUES = 10_000;

const KNOWN = ['groups', 'multivariate', 'payloads'];
/** PostHog's further ways to decide a flag would silently be left out; empty ones mean nothing. */
const UNSUPPORTED = [
  'aggregation_group_type_index',
  'super_groups',
  'holdout_groups',
  'holdout',
  'feature_enrollment',
  'early_exit',
];

/**
 * Parses and checks the filters of a feature flag, in PostHog's shape: `{"groups": [{"properties", "rollout_percentage",
 * "variant"}], "multivariate": {"variants"}, "payloads"}`. Whether its cohorts may be used is checked where it is saved.
 * @throws DefinitionError naming the field; PostHog's own sentences stand at `filters`
 */
export function parseFlagFilters(filters: unknown, path = 'filters'): ParsedFlag {
  if (!isObject(filters)) {
    throw new DefinitionError(path, `Expected a dictionary of items but got type ${shown(filters)}.`, 'not_a_dict');
  }
  refuseUnsupported(filters, { known: KNOWN, unsupported: UNSUPPORTED, path });
  const variants = parseVariants(filters['multivariate'], path);
  const parsed = readGroups(filters['groups'], path).map((group, index) =>
    parseFlagGroup(group, join(join(path, 'groups'), index)),
  );
  const groups = parsed.map(({ group }) => group);
  refuseUnknownVariants(groups, variants, path);
  refuseTooMuch(groups, path);
  const payloads = parsePayloads(filters['payloads'], { variants, path });
  return {
    filters: { ...filters, groups: parsed.map(({ json }) => json) },
    definition: { groups, variants, payloads },
  };
}

function readGroups(groups: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(groups) || groups.length > MAX_GROUPS) {
    throw new DefinitionError(
      join(path, 'groups'),
      `Expected a list of at most ${MAX_GROUPS} groups. Got: ${Array.isArray(groups) ? groups.length : shown(groups)}`,
    );
  }
  return groups as unknown[];
}

function refuseUnknownVariants(groups: readonly FlagGroup[], variants: readonly FlagVariant[], path: string): void {
  if (groups.some(({ variant }) => variant !== null && !variants.some(({ key }) => key === variant))) {
    throw new DefinitionError(path, 'Filters are not valid (variant override does not exist)');
  }
}

/** Every flag of a project is decided in one request: none may be large enough to slow all down. */
function refuseTooMuch(groups: readonly FlagGroup[], path: string): void {
  const leaves = groups.flatMap(({ tree }) => (tree === null ? [] : leavesOf(tree)));
  if (leaves.length > MAX_CONDITIONS) {
    throw new DefinitionError(
      join(path, 'groups'),
      `A flag may have ${MAX_CONDITIONS} conditions at most. Got: ${leaves.length}`,
    );
  }
  const values = leaves.reduce((sum, leaf) => sum + ('values' in leaf ? leaf.values.length : 0), 0);
  if (values > MAX_VALUES) {
    throw new DefinitionError(
      join(path, 'groups'),
      `The conditions may hold ${MAX_VALUES} values together at most. Got: ${values}`,
    );
  }
}
