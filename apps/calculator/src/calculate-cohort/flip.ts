import type { FactReader, LockedForFlip } from '#persistence';

import type { ComputedBatch, ComputedCohort } from './compute-batch.js';

export interface NewVersion {
  readonly batch: ComputedBatch;
  readonly one: ComputedCohort;
  /** Milliseconds since the run began. */
  readonly durationMs: number;
}

export interface FlipSource extends FactReader {
  /** Persons that a cohort which flags may use can hold. */
  readonly maxPersons: number;
}

/** A version that becomes the one readers see, under its locks. */
export interface Flip extends NewVersion {
  /** What the members are right as of. */
  readonly at: Date;
  readonly stored: LockedForFlip;
}
