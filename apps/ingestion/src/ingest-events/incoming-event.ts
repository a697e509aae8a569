import type { Properties } from '../merge-persons/property-changes.js';

/** That the person of `otherId` is to become the person of the event's distinct id. */
export interface MergeWish {
  readonly otherId: string;
  /** `$merge_dangerously`: also when the other one is identified. */
  readonly force: boolean;
}

/** An event that may be stored as it is: checked, cleaned, with everything filled in. */
export interface IncomingEvent {
  readonly projectId: number;
  /** Lower case. */
  readonly uuid: string;
  readonly distinctId: string;
  readonly event: string;
  readonly timestamp: Date;
  /** JSON that PostgreSQL's jsonb takes. */
  readonly properties: string;
  /** Undefined for an event that must not touch a person. */
  readonly person: PersonWishes | undefined;
}

/** What an event does to its person, in this order. */
export interface PersonWishes {
  /** Uuid of a person who shall be deleted: then it is all that the event is for. */
  readonly deletes?: string;
  readonly merge?: MergeWish;
  readonly set?: Properties;
  readonly once?: Properties;
  readonly unset?: readonly string[];
}
