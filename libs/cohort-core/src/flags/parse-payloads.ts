import { isObject } from '#contracts';

import { DefinitionError } from '../definition/definition-error.js';
import type { FlagVariant } from './flag-definition.js';

interface PayloadRule {
  readonly variants: readonly FlagVariant[];
  readonly path: string;
}

/** Reads `payloads`: what clients get beside a value. A text must be JSON. @throws DefinitionError in PostHog's words */
export function parsePayloads(payloads: unknown, { variants, path }: PayloadRule): ReadonlyMap<string, unknown> {
  if (payloads === undefined || payloads === null) {
    return new Map();
  }
  if (!isObject(payloads)) {
    throw new DefinitionError(path, 'Payloads must be passed as a dictionary');
  }
  const entries = Object.entries(payloads);
  if (entries.some(([, value]) => typeof value === 'string' && !isJson(value))) {
    throw new DefinitionError(path, 'Payload value is not valid JSON');
  }
  refuseUnknownKeys(
    entries.map(([key]) => key),
    variants,
    path,
  );
  return new Map(entries);
}

function refuseUnknownKeys(keys: readonly string[], variants: readonly FlagVariant[], path: string): void {
  if (variants.length === 0) {
    if (keys.some((key) => key !== 'true')) {
      throw new DefinitionError(path, "Payload keys must be 'true' for boolean flags");
    }
  } else if (keys.some((key) => !variants.some((variant) => variant.key === key))) {
    throw new DefinitionError(path, 'Payload keys must match a variant key for multivariate flags');
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
