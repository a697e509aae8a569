import type { Group } from '../definition/filter-node.js';

/** One set of conditions; a flag is on for whoever meets any of its groups. */
export interface FlagGroup {
  /** AND of its conditions; null without conditions: everybody meets it. */
  readonly tree: Group | null;
  /** How many of those who meet it get the flag, by a hash of flag key and distinct id. */
  readonly rolloutPercentage: number;
  /** Whoever gets the flag by this group gets this variant. */
  readonly variant: string | null;
}

export interface FlagVariant {
  readonly key: string;
  readonly rolloutPercentage: number;
}

/** What decides the value of a flag for one person. */
export interface FlagDefinition {
  readonly groups: readonly FlagGroup[];
  /** Empty for a flag that is only on or off. Their percentages sum to 100. */
  readonly variants: readonly FlagVariant[];
  /** By variant, or by `true` for a flag without variants; as the client sent them. */
  readonly payloads: ReadonlyMap<string, unknown>;
}
