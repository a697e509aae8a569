export { ADVISORY_LOCKS } from './advisory-locks.js';
export { noteReadState, personsChangedSince, type ReadState } from './calculations/changed-since.js';
export { type CalculationResult, finishCalculation, postponeCalculation } from './calculations/finish-calculation.js';
export { extendLeases, leaseCalculations, msUntilNextCalculation } from './calculations/lease-calculations.js';
export type { LeasedCalculation, RunProgress } from './calculations/leased-calculation.js';
export { type HistoryLimits, purgeHistory } from './calculations/purge-history.js';
export {
  claimDueCohorts,
  findStuckCohorts,
  recordFailure,
  restartStuckCohorts,
  type StuckCohort,
} from './calculations/schedule-calculations.js';
export { wantCalculation, wantDependents } from './calculations/want-calculation.js';
export { Database, type DatabaseOptions, type IsolationLevel, type Transaction } from './database.js';
export { AppUser } from './entities/app-user.entity.js';
export { Cohort } from './entities/cohort.entity.js';
export { PersonalApiKey } from './entities/personal-api-key.entity.js';
export { Project } from './entities/project.entity.js';
export {
  explainInProject,
  type Explanation,
  type ExplanationQuestion,
  type LeafExplanation,
} from './explanation/explain-in-project.js';
export type { Evidence } from './explanation/read-evidence.js';
export { evaluateInProject, leafSources, type ProjectQuestion } from './leaf-sources/evaluate-in-project.js';
export { evaluateGivenPerson, type GivenPerson } from './leaf-sources/given-person.js';
export { readOrdinalSets } from './leaf-sources/ordinal-sets.js';
export { isStoredDate, type Sweep, visitedByTime } from './leaf-sources/visited-by-time.js';
export { ChunkCache } from './live/chunk-cache.js';
export { IS_LIVE, type LiveCohort } from './live/live-cohort.js';
export { LiveFailure } from './live/live-failure.js';
export { LiveIndex } from './live/live-index.js';
export { lockBlocks } from './live/locked-members.js';
export { type PersonNews, ProjectIndex, type Touched } from './live/project-index.js';
export { type LiveOccasion, type LiveParts, type LiveReport, refreshMembers } from './live/refresh-members.js';
export { type LimitNews, noteApproach, type SizeLimit, tooLarge } from './live/size-limit.js';
export { moveSweepMarks, readSweepMarks, type SweepMark } from './live/sweep-marks.js';
export { type KnownEdges, readTimedLeaves, type SweepState, type TimedLeaf } from './live/timed-leaf.js';
export { UpcomingDates } from './live/upcoming-dates.js';
export { type SweptProject, visitLeaves } from './live/visit-leaves.js';
export { type ChangedMembers, changeMembers, type MembersChange } from './membership/change-members.js';
export { type MembersDifference } from './membership/chunks.js';
export { type Departure, type GonePerson, leaveStaticCohorts } from './membership/leave-static-cohorts.js';
export {
  type CohortIds,
  lockCohort,
  type LockedCohort,
  lockList,
  moveLiveSet,
  readClock,
} from './membership/lock-cohort.js';
export { type LockedForFlip, lockForFlip } from './membership/lock-for-flip.js';
export { lockLiveSet } from './membership/lock-live-set.js';
export { type Members, readEveryone, readMembers } from './membership/read-members.js';
export { type MembersReplacement, replaceMembers } from './membership/replace-members.js';
export { StaticLists } from './membership/static-lists.js';
export { membersOf, type StoredMembers, uniteMembers } from './membership/stored-members.js';
export { isMigrated, migrate } from './migrate.js';
export { PersistenceModule, type PersistenceOptions } from './persistence.module.js';
export { searchPersons } from './persons/search-persons.js';
export {
  classifyDatabaseError,
  classifyForMessages,
  isDeadlock,
  isStatementTimeout,
  isUniqueViolation,
} from './postgres-errors.js';
export { createApiKey, DEMO_EMAIL, hashApiKey } from './projects/create-api-key.js';
export { createProject } from './projects/create-project.js';
export { type ProjectMoment, readMoment } from './projects/read-moment.js';
export { type FactReader, inSnapshot } from './snapshot.js';
