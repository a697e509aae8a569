export {
  type CalculationResult,
  extendLease,
  finishCalculation,
  leaseCalculation,
  type LeasedCalculation,
  msUntilNextCalculation,
  postponeCalculation,
  wantCalculation,
} from './calculations/lease-calculation.js';
export { Database, type DatabaseOptions, type IsolationLevel, type Transaction } from './database.js';
export { AppUser } from './entities/app-user.entity.js';
export { Cohort } from './entities/cohort.entity.js';
export { PersonalApiKey } from './entities/personal-api-key.entity.js';
export { Project } from './entities/project.entity.js';
export { evaluateInProject, leafSources, type ProjectQuestion } from './leaf-sources/evaluate-in-project.js';
export { type Sweep, visitedByTime } from './leaf-sources/visited-by-time.js';
export { type ChangedMembers, changeMembers, type MembersChange } from './membership/change-members.js';
export { type MembersDifference } from './membership/chunks.js';
export { type CohortIds, lockCohort, type LockedCohort, readClock } from './membership/lock-cohort.js';
export { type Members, readEveryone, readMembers } from './membership/read-members.js';
export { type MembersReplacement, replaceMembers } from './membership/replace-members.js';
export { isMigrated, migrate } from './migrate.js';
export { PersistenceModule, type PersistenceOptions } from './persistence.module.js';
export { classifyDatabaseError, isDeadlock, isStatementTimeout, isUniqueViolation } from './postgres-errors.js';
export { createApiKey, DEMO_EMAIL, hashApiKey } from './projects/create-api-key.js';
export { createProject } from './projects/create-project.js';
