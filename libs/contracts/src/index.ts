import 'reflect-metadata';

export { distinctIdProblem, MAX_DISTINCT_ID_LENGTH } from './distinct-id.js';
export { isPossibleEventTime } from './event-time.js';
export { isObject, type JsonObject } from './json-object.js';
export { CapturedEvent } from './messages/captured-event.js';
export { CohortCalculated } from './messages/cohort-calculated.js';
export { CohortCalculationFailed } from './messages/cohort-calculation-failed.js';
export { CohortCreated } from './messages/cohort-created.js';
export { CohortCsvFailed, CSV_FAILURES, type CsvFailure } from './messages/cohort-csv-failed.js';
export { CohortCsvImported } from './messages/cohort-csv-imported.js';
export { CohortCsvUploaded, CSV_MODES, type CsvMode } from './messages/cohort-csv-uploaded.js';
export { CohortDeleted } from './messages/cohort-deleted.js';
export { CohortLimitApproaching, CohortLimitExceeded } from './messages/cohort-limit.js';
export {
  CohortMembershipChanged,
  MAX_UUIDS_PER_MEMBERSHIP_MESSAGE,
  MEMBERSHIP_REASONS,
  type MembershipReason,
} from './messages/cohort-membership-changed.js';
export { CohortMessage } from './messages/cohort-message.js';
export { COHORT_TYPES, type CohortType } from './messages/cohort-state.js';
export { CohortUpdated } from './messages/cohort-updated.js';
export { FlagCreated } from './messages/flag-created.js';
export { FlagDeleted } from './messages/flag-deleted.js';
export { FlagUpdated } from './messages/flag-updated.js';
export { Message } from './messages/message.js';
export { ChangedPerson, MAX_PERSONS_PER_CHANGE_MESSAGE, PersonChanged } from './messages/person-changed.js';
export { blockKey, cohortKey, deadLetterTopic, eventKey, flagKey, type Topic, TOPICS } from './topics.js';
