import type { Producer } from 'kafkajs';

import type { TestProject, TestStack } from '#testing';

import type { MusterApi } from '../../support/muster-api.js';
import type { CohortsOfHistory } from './cohorts-of-history.js';
import type { History } from './history.js';
import type { IngestionWatch } from './ingestion-watch.js';
import type { QuietRig } from './quiet.js';
import type { Teller } from './teller.js';

/** What all histories of a round share. */
export interface Rig extends QuietRig {
  readonly stack: TestStack;
  readonly producer: Producer;
  readonly ingested: IngestionWatch;
}

/** One history inside the product. */
export interface PlayedHistory {
  readonly history: History;
  readonly project: TestProject;
  readonly teller: Teller;
  readonly cohorts: CohortsOfHistory;
  readonly api: MusterApi;
  /** Distinct ids by which somebody is in the static cohort. */
  staticIds: ReadonlySet<string>;
}
