import type { JsonObject } from '#contracts';

import { DefinitionError, join, shown } from '../definition/definition-error.js';

interface FieldRule {
  /** Understood, or without a meaning for the answer (labels, places in a form). */
  readonly known: readonly string[];
  /** PostHog knows them and we do not: accepted only where they say nothing. */
  readonly unsupported: readonly string[];
  readonly path: string;
}

/** Refuses what would change the meaning of the flag and be left out. */
export function refuseUnsupported(value: JsonObject, { known, unsupported, path }: FieldRule): void {
  for (const [key, given] of Object.entries(value)) {
    if (unsupported.includes(key) && !isNothing(given)) {
      throw new DefinitionError(join(path, key), `${key} is not supported. Got: ${shown(given)}`);
    }
    if (![...known, ...unsupported].includes(key)) {
      throw new DefinitionError(
        join(path, key.slice(0, MAX_KEY)),
        `Extra inputs are not permitted: '${key.slice(0, MAX_KEY)}'. Expected: ${known.join(', ')}.`,
      );
    }
  }
}

const MAX_KEY = 80;

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}

/** A percentage from 0 to 100, fractions allowed; undefined when absent or null. */
export function percentageField(value: JsonObject, field: string, path: string): number | undefined {
  const given = value[field];
  if (given === undefined || given === null) {
    return undefined;
  }
  if (typeof given !== 'number' || !(given >= 0 && given <= 100)) {
    throw new DefinitionError(join(path, field), `Expected a number from 0 to 100. Got: ${shown(given)}`);
  }
  return given;
}
