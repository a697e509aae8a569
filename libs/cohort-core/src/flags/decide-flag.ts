import type { FlagDefinition, FlagGroup, FlagVariant } from './flag-definition.js';
import { rolloutFraction } from './rollout-fraction.js';

/** Why a flag has its value; PostHog's codes. */
export type FlagReason = 'condition_match' | 'out_of_rollout_bound' | 'no_condition_match';

/** The value of a flag for one distinct id. */
export interface FlagDecision {
  readonly enabled: boolean;
  readonly variant: string | null;
  /** Of the value, as stored; null without one. */
  readonly payload: unknown;
  readonly reason: FlagReason;
  /** The group that decided; null for a flag without groups. */
  readonly conditionIndex: number | null;
}

export interface FlagQuestion {
  readonly key: string;
  readonly distinctId: string;
  /** For each group, whether the person meets its conditions. */
  readonly met: readonly boolean[];
}

/** The higher one is told when no group gives the flag; of equals the later. */
const RANK: Readonly<Record<FlagReason, number>> = {
  no_condition_match: 0,
  out_of_rollout_bound: 1,
  condition_match: 2,
};

/** Decides a flag: the first group in order whose conditions are met and whose rollout holds the distinct id gives it. */
export function decideFlag(definition: FlagDefinition, question: FlagQuestion): FlagDecision {
  let reason: FlagReason = 'no_condition_match';
  let conditionIndex: number | null = null;
  for (const [index, group] of definition.groups.entries()) {
    const own = reasonOf(group, question, index);
    if (own === 'condition_match') {
      return given(definition, question, { group, index });
    }
    if (RANK[own] >= RANK[reason]) {
      reason = own;
      conditionIndex = index;
    }
  }
  return { enabled: false, variant: null, payload: null, reason, conditionIndex };
}

function reasonOf({ rolloutPercentage }: FlagGroup, { key, distinctId, met }: FlagQuestion, index: number): FlagReason {
  if (met[index] !== true) {
    return 'no_condition_match';
  }
  const isIn = rolloutFraction(key, distinctId) <= rolloutPercentage / 100;
  return isIn ? 'condition_match' : 'out_of_rollout_bound';
}

function given(
  { variants, payloads }: FlagDefinition,
  { key, distinctId }: FlagQuestion,
  { group, index }: { readonly group: FlagGroup; readonly index: number },
): FlagDecision {
  const variant = group.variant ?? variantAt(variants, rolloutFraction(key, distinctId, 'variant'));
  return {
    enabled: true,
    variant,
    payload: payloads.get(variant ?? 'true') ?? null,
    reason: 'condition_match',
    conditionIndex: index,
  };
}

/** The bounds are summed as PostHog's SDKs sum them, rounding included. */
function variantAt(variants: readonly FlagVariant[], fraction: number): string | null {
  let from = 0;
  for (const { key, rolloutPercentage } of variants) {
    const to = from + rolloutPercentage / 100;
    if (fraction >= from && fraction < to) {
      return key;
    }
    from = to;
  }
  return null;
}
