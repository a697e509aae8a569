export {
  type Bitmap,
  bitmapOf,
  BLOCK_BITS,
  BLOCK_SIZE,
  blockOf,
  blocksOf,
  deserializeBitmap,
  serializeBitmap,
  splitByBlock,
} from './bitmap/bitmap.js';
export { BitmapScope } from './bitmap/bitmap-scope.js';
export { cohortTypeOf, type ConditionType, conditionTypeOf } from './definition/classify-filters.js';
export { DefinitionError } from './definition/definition-error.js';
export type { Scalar } from './definition/fields.js';
export {
  type FilterNode,
  type Group,
  type Leaf,
  leafKey,
  leavesOf,
  type PerformedEventLeaf,
  type PersonLeaf,
} from './definition/filter-node.js';
export { type OperatorName, OPERATORS } from './definition/operators.js';
export { type CohortFilters, type ParsedFilters, parseFilters } from './definition/parse-filters.js';
export { evaluate, type Evaluation } from './evaluation/evaluate.js';
export type { LeafSource, Moment } from './evaluation/leaf-source.js';
export { type ChunkDifference, difference } from './membership/diff-chunk.js';
export { localDay } from './windows/local-day.js';
export { type ResolvedWindow, resolveWindow } from './windows/resolve-window.js';
export { type Instant, instantOf, isTimezone } from './windows/zoned-time.js';
