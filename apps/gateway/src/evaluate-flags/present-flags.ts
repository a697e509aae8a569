import { randomUUID } from 'node:crypto';

import type { FlagDecision } from '#cohort-core';

import type { Shape } from '../http/shape.js';
import type { DecidedFlag, DecidedFlags } from './evaluate-flags.handler.js';
import type { FlagDetailResponse, FlagsResponse } from './flags.response.js';

/** The settings that PostHog's browser SDK asks for beside its flags: whatever is not built here is off. */
const SDK_SETTINGS = {
  supportedCompression: ['gzip', 'gzip-js'],
  sessionRecording: false,
  surveys: false,
  heatmaps: false,
  capturePerformance: false,
  autocaptureExceptions: false,
  isAuthenticated: false,
  toolbarParams: {},
  config: { enable_collect_everything: true },
};

interface Form {
  /** `flags` with all details, or values and payloads. */
  readonly isDetailed: boolean;
  readonly withSettings: boolean;
}

/** Decided flags in the shape that PostHog's SDKs read. A flag that could not be decided is absent: to an SDK, unknown. */
export function presentFlags({ flags, hasErrors }: DecidedFlags, form: Form): Shape<FlagsResponse> {
  return {
    errorsWhileComputingFlags: hasErrors,
    ...(form.isDetailed ? { flags: detailsOf(flags) } : valuesOf(flags)),
    requestId: randomUUID(),
    evaluatedAt: Date.now(),
    ...(form.withSettings ? { hasFeatureFlags: flags.length > 0, ...SDK_SETTINGS } : {}),
  };
}

function detailsOf(flags: readonly DecidedFlag[]): Record<string, Shape<FlagDetailResponse>> {
  return Object.fromEntries(
    flags.map(({ flag: { id, key, version }, decision }) => [
      key,
      {
        key,
        enabled: decision.enabled,
        variant: decision.variant,
        reason: {
          code: decision.reason,
          condition_index: decision.conditionIndex,
          description: describe(decision),
        },
        metadata: { id, version, description: null, payload: decision.payload },
      },
    ]),
  );
}

function describe({ reason, conditionIndex }: FlagDecision): string {
  switch (reason) {
    case 'condition_match':
      return `Matched condition set ${(conditionIndex ?? 0) + 1}`;
    case 'out_of_rollout_bound':
      return 'Out of rollout bound';
    case 'no_condition_match':
      return 'No matching condition set';
  }
}

function valuesOf(flags: readonly DecidedFlag[]): Pick<FlagsResponse, 'featureFlags' | 'featureFlagPayloads'> {
  const values = flags.map(({ flag, decision }) => [flag.key, decision.variant ?? decision.enabled] as const);
  const payloads = flags.filter(({ decision }) => decision.payload !== null);
  return {
    featureFlags: Object.fromEntries(values),
    featureFlagPayloads: Object.fromEntries(payloads.map(({ flag, decision }) => [flag.key, decision.payload])),
  };
}
