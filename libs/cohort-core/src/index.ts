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
export { PackedBlock } from './bitmap/packed-block.js';
export { BEHAVIORS } from './definition/behaviors.js';
export { cohortTypeOf, type ConditionType, conditionTypeOf } from './definition/classify-filters.js';
export { isNoCondition, passesMissing, type PropertyCondition } from './definition/condition.js';
export { readDate } from './definition/dates.js';
export { DefinitionError } from './definition/definition-error.js';
export { parsePropertyFilter } from './definition/event-matcher.js';
export type { Scalar } from './definition/fields.js';
export {
  type CohortLeaf,
  cohortsOf,
  type CountOperator,
  type CountRule,
  type DistinctIdLeaf,
  type EventFilter,
  type EventLeaf,
  type EventMatcher,
  type FilterNode,
  type FirstTimeLeaf,
  type Group,
  isEventLeaf,
  type Leaf,
  leafKey,
  leavesOf,
  matchersOf,
  type PerformedEventLeaf,
  type PerformedMultipleLeaf,
  type PersonLeaf,
  type PersonMetadataLeaf,
  type RegularlyLeaf,
  type RestartedLeaf,
  type SequenceLeaf,
  type StoppedLeaf,
} from './definition/filter-node.js';
export { type CohortGroup, groupPathOf, groupsToFilters, parseGroups } from './definition/groups-to-filters.js';
export { type OperatorName, OPERATORS } from './definition/operators.js';
export { type CohortFilters, type ParsedFilters, parseFilters } from './definition/parse-filters.js';
export { METADATA_KEYS, METADATA_OPERATORS } from './definition/parse-person-leaf.js';
export { mayMatchEmptyPerson } from './evaluation/empty-person.js';
export { evaluate, type Evaluation, type NodeObserver } from './evaluation/evaluate.js';
export type { LeafSource, Moment } from './evaluation/leaf-source.js';
export { decideFlag, type FlagDecision, type FlagReason } from './flags/decide-flag.js';
export type { FlagDefinition } from './flags/flag-definition.js';
export { type ParsedFlag, parseFlagFilters } from './flags/parse-flag-filters.js';
export { operandInstant } from './matching/date-values.js';
export { storedInstant } from './matching/date-values.js';
export {
  compileValueMatcher,
  isMatchedByValue,
  type MatchingMoment,
  type ValueMatcher,
} from './matching/value-matcher.js';
export { type ChunkDifference, difference } from './membership/diff-chunk.js';
export { gapSeconds } from './windows/gap.js';
export { localDay } from './windows/local-day.js';
export { eventPropertyEdges, type FactPlace, type MovingEdge, movingEdgesOf } from './windows/moving-edges.js';
export { nextPassing, type Stretch } from './windows/next-passing.js';
export { resolvePeriods } from './windows/resolve-periods.js';
export { type ResolvedWindow, resolveWindow } from './windows/resolve-window.js';
export { resolveQuiet, resolveRecent } from './windows/resolve-window.js';
export { resolveRollingWindow, type RollingWindow } from './windows/rolling-window.js';
export { steadyUntil } from './windows/steady-until.js';
export { endOfToday, type Instant, instantOf, isTimezone } from './windows/zoned-time.js';
