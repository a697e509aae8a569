import type { JsonObject } from '#contracts';

import { DefinitionError, join, shown } from './definition-error.js';
import { booleanField, integerField, refuseUnknownKeys, requireKeys } from './fields.js';
import type { CohortLeaf } from './filter-node.js';

const MAX_INT4 = 2_147_483_647;

/** Members of another cohort. Whether that cohort exists is checked where it is saved. @throws DefinitionError */
export function parseCohortLeaf(leaf: JsonObject, path: string): CohortLeaf {
  refuseUnknownKeys(leaf, ['type', 'key', 'value', 'negation'], path);
  requireKeys(leaf, ['key', 'value'], path, 'cohort');
  if (leaf['key'] !== 'id') {
    throw new DefinitionError(join(path, 'key'), `Expected 'id'. Got: ${shown(leaf['key'])}`);
  }
  return {
    kind: 'cohort',
    path,
    negation: booleanField(leaf, 'negation', path),
    cohortId: integerField(leaf, 'value', path, { min: 1, max: MAX_INT4 }),
  };
}
