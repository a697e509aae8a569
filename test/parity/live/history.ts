import type { GeneratedWorld, When } from '../arbitraries/index.js';

/** An event as it is told: to whose distinct id, when it says it happened, and what its properties ask for. */
export interface Telling {
  readonly kind: 'event';
  readonly distinctId: string;
  readonly event: string;
  readonly when: When;
  readonly properties: Readonly<Record<string, unknown>>;
  /** False: it makes no person and touches none. */
  readonly ofPerson: boolean;
}

/** A copy of an event that was told before, `back` tellings ago. */
interface Again {
  readonly kind: 'again';
  readonly back: number;
}

/** The definition of the cohort of that place becomes another. */
interface Edit {
  readonly kind: 'edit';
  readonly cohort: number;
  readonly filters: object;
}

/** A cohort is deleted, or restored when it is. */
interface Toggle {
  readonly kind: 'toggle';
  readonly cohort: number;
}

/** The clock of the project jumps: by so many milliseconds, or to so many midnights from now and a little. */
interface Shift {
  readonly kind: 'shift';
  readonly by: number | { readonly midnights: number; readonly jitter: number };
}

/** What is asked of the API about the person who has the distinct id by then, if anybody has it. */
export interface PersonEdit {
  readonly kind: 'person';
  readonly distinctId: string;
  /** Properties to be set, or the key of one to be removed; without it she is deleted. */
  readonly change?: Readonly<Record<string, unknown>> | string;
}

export type Move = Telling | Again | Edit | Toggle | Shift | PersonEdit;

/** What happens to one project, from its first event to its last. Equal seeds give equal histories. */
export interface History {
  /** Persons and events that are told first. */
  readonly world: GeneratedWorld;
  /** Days before the focus of the world at which the clock of the project starts. */
  readonly daysBefore: number;
  /** Whether the cohorts are there before anybody is born. */
  readonly cohortsFirst: boolean;
  /** Waits where the specification promises no order, so that its end is known beforehand. */
  readonly isOrdered: boolean;
  /** Definitions of the dynamic cohorts. `cohort` leaves name a static one (1), the first (2) and the second of these (3). */
  readonly definitions: readonly object[];
  /** After each of these everything comes to rest, and is compared. */
  readonly phases: readonly (readonly Move[])[];
}
