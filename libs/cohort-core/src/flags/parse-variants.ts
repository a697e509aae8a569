import { isObject, type JsonObject } from '#contracts';

import { DefinitionError, join, shown } from '../definition/definition-error.js';
import { textField } from '../definition/fields.js';
import type { FlagVariant } from './flag-definition.js';
import { percentageField, refuseUnsupported } from './flag-fields.js';

const MAX_VARIANTS = 100;
/** Thirds do not sum to 100 exactly. */
const ROUNDING = 1e-9;

/** Reads `multivariate`. @throws DefinitionError */
export function parseVariants(multivariate: unknown, path: string): readonly FlagVariant[] {
  const at = join(path, 'multivariate');
  if (multivariate === undefined || multivariate === null) {
    return [];
  }
  if (!isObject(multivariate)) {
    throw new DefinitionError(at, `Expected {"variants": [...]}. Got: ${shown(multivariate)}`);
  }
  refuseUnsupported(multivariate, { known: ['variants'], unsupported: [], path: at });
  const variants = listOf(multivariate, at).map((variant, index) =>
    parseVariant(variant, join(join(at, 'variants'), index)),
  );
  refuseRepeated(variants, join(at, 'variants'));
  const sum = variants.reduce((total, { rolloutPercentage }) => total + rolloutPercentage, 0);
  if (variants.length > 0 && Math.abs(sum - 100) > ROUNDING) {
    throw new DefinitionError(
      path,
      'Invalid variant definitions: Variant rollout percentages must sum to 100.',
      'invalid_input',
    );
  }
  return variants;
}

function listOf(multivariate: JsonObject, path: string): readonly unknown[] {
  const variants = multivariate['variants'] ?? [];
  if (!Array.isArray(variants) || variants.length > MAX_VARIANTS) {
    throw new DefinitionError(join(path, 'variants'), `Expected a list of at most ${MAX_VARIANTS} variants.`);
  }
  return variants;
}

function parseVariant(variant: unknown, path: string): FlagVariant {
  if (!isObject(variant)) {
    throw new DefinitionError(path, `Expected a variant. Got: ${shown(variant)}`);
  }
  refuseUnsupported(variant, { known: ['key', 'name', 'rollout_percentage'], unsupported: [], path });
  const name = variant['name'] ?? '';
  if (typeof name !== 'string') {
    throw new DefinitionError(join(path, 'name'), `Expected a string. Got: ${shown(name)}`);
  }
  return {
    key: textField(variant, 'key', path),
    rolloutPercentage: percentageField(variant, 'rollout_percentage', path) ?? 0,
  };
}

function refuseRepeated(variants: readonly FlagVariant[], path: string): void {
  const repeated = variants.findIndex(({ key }, index) => variants.slice(0, index).some((other) => other.key === key));
  if (repeated !== -1) {
    throw new DefinitionError(join(join(path, repeated), 'key'), 'Two variants cannot have the same key.');
  }
}
