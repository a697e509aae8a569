import { CapturedEvent } from './messages/captured-event.js';
import { CohortCalculated } from './messages/cohort-calculated.js';
import { CohortCalculationFailed } from './messages/cohort-calculation-failed.js';
import { CohortCreated } from './messages/cohort-created.js';
import { CohortCsvFailed } from './messages/cohort-csv-failed.js';
import { CohortCsvImported } from './messages/cohort-csv-imported.js';
import { CohortCsvUploaded } from './messages/cohort-csv-uploaded.js';
import { CohortDeleted } from './messages/cohort-deleted.js';
import { CohortLimitApproaching, CohortLimitExceeded } from './messages/cohort-limit.js';
import { CohortMembershipChanged } from './messages/cohort-membership-changed.js';
import { CohortUpdated } from './messages/cohort-updated.js';
import { FlagCreated } from './messages/flag-created.js';
import { FlagDeleted } from './messages/flag-deleted.js';
import { FlagUpdated } from './messages/flag-updated.js';
import { PersonChanged } from './messages/person-changed.js';

/** A topic, and what another team must know to live from it. Nobody else spells a topic's name. */
export interface Topic<T extends object = object> {
  readonly name: string;
  /** Checked at boot against the broker: order per key rests on it. */
  readonly partitions: number;
  /** How the record key is made. */
  readonly key: string;
  readonly message: new () => T;
  readonly schemaVersion: number;
  /** The app that writes it. */
  readonly owner: string;
  readonly retentionDays: number;
  readonly purpose: string;
}

const DEFAULT_PARTITIONS = 12;

function topic<T extends object>(
  name: string,
  message: new () => T,
  rest: Pick<Topic, 'key' | 'owner' | 'purpose'>,
): Topic<T> {
  return { name, message, partitions: DEFAULT_PARTITIONS, schemaVersion: 1, retentionDays: 7, ...rest };
}

/** Every topic of Muster. */
export const TOPICS = {
  events: topic('events', CapturedEvent, {
    key: 'project:distinct_id',
    owner: 'gateway',
    purpose: 'What happened, on its way to ingestion. Other teams may write here.',
  }),
  personChanged: topic('person.changed', PersonChanged, {
    key: 'project:block',
    owner: 'ingestion',
    purpose: 'Facts about persons changed: births, merges, deletions, events, properties.',
  }),
  cohortCreated: topic('cohort.created', CohortCreated, {
    key: 'project:cohort',
    owner: 'gateway',
    purpose: 'A cohort was created.',
  }),
  cohortUpdated: topic('cohort.updated', CohortUpdated, {
    key: 'project:cohort',
    owner: 'gateway',
    purpose: 'A cohort was edited or restored, or its calculation was asked for.',
  }),
  cohortDeleted: topic('cohort.deleted', CohortDeleted, {
    key: 'project:cohort',
    owner: 'gateway',
    purpose: 'A cohort was deleted.',
  }),
  cohortCsvUploaded: topic('cohort.csv.uploaded', CohortCsvUploaded, {
    key: 'project:cohort',
    owner: 'gateway',
    purpose: 'A CSV file was uploaded for a static cohort.',
  }),
  cohortCsvImported: topic('cohort.csv.imported', CohortCsvImported, {
    key: 'project:cohort',
    owner: 'csv-import',
    purpose: 'A CSV file was imported into a static cohort: the account of its rows.',
  }),
  cohortCsvFailed: topic('cohort.csv.failed', CohortCsvFailed, {
    key: 'project:cohort',
    owner: 'csv-import',
    purpose: 'The import of a CSV file was given up.',
  }),
  cohortCalculated: topic('cohort.calculated', CohortCalculated, {
    key: 'project:cohort',
    owner: 'calculator',
    purpose: 'A new version of a cohort is readable.',
  }),
  cohortCalculationFailed: topic('cohort.calculation.failed', CohortCalculationFailed, {
    key: 'project:cohort',
    owner: 'calculator',
    purpose: 'A calculation failed; the last good version stays.',
  }),
  cohortMembershipChanged: topic('cohort.membership.changed', CohortMembershipChanged, {
    key: 'project:cohort',
    owner: 'calculator',
    purpose: 'Persons entered or left a cohort.',
  }),
  cohortLimitApproaching: topic('cohort.limit.approaching', CohortLimitApproaching, {
    key: 'project:cohort',
    owner: 'realtime',
    purpose: 'A cohort comes near the number of persons that it may hold.',
  }),
  cohortLimitExceeded: topic('cohort.limit.exceeded', CohortLimitExceeded, {
    key: 'project:cohort',
    owner: 'realtime',
    purpose: 'A cohort would hold more persons than it may: it is frozen.',
  }),
  flagCreated: topic('flag.created', FlagCreated, {
    key: 'project:flag',
    owner: 'gateway',
    purpose: 'A feature flag was created.',
  }),
  flagUpdated: topic('flag.updated', FlagUpdated, {
    key: 'project:flag',
    owner: 'gateway',
    purpose: 'A feature flag was edited or restored.',
  }),
  flagDeleted: topic('flag.deleted', FlagDeleted, {
    key: 'project:flag',
    owner: 'gateway',
    purpose: 'A feature flag was deleted.',
  }),
} as const;

/** Where messages go that no handler could take, with origin and reason in their headers. */
export function deadLetterTopic(name: string): string {
  return `${name}.dead-letter`;
}

/** Kafka key of everything about one cohort. */
export function cohortKey(projectId: number, cohortId: number): string {
  return `${projectId}:${cohortId}`;
}

/** Kafka key of everything about one feature flag. */
export function flagKey(projectId: number, flagId: number): string {
  return `${projectId}:${flagId}`;
}

/** Kafka key of the changes of one block of persons. */
export function blockKey(projectId: number, block: number): string {
  return `${projectId}:${block}`;
}

/** Kafka key of an event: order is promised per distinct id only. */
export function eventKey(projectId: number, distinctId: string): string {
  return `${projectId}:${distinctId}`;
}
