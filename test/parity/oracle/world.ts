/** What the oracle knows of a project: plain arrays, nothing indexed. */
export interface World {
  /** IANA name, e.g. `Europe/Berlin`. */
  timezone: string;
  persons: OraclePerson[];
  events: OracleEvent[];
  /** Stored membership by cohort id: person uuids. */
  cohorts: Map<number, Set<string>>;
  actions: Map<number, OracleAction>;
}

export interface OraclePerson {
  uuid: string;
  distinctIds: string[];
  properties: Record<string, unknown>;
  /** ISO 8601, milliseconds. */
  createdAt: string;
}

/** The person of an event is the one whose `distinctIds` hold `distinctId`; the elements chain is `properties.$elements_chain`. */
export interface OracleEvent {
  distinctId: string;
  event: string;
  /** ISO 8601, milliseconds. */
  timestamp: string;
  properties: Record<string, unknown>;
}

/** An event matches an action when any step does: its event name, and all of its property filters. */
export interface OracleAction {
  steps: { event: string; properties?: object[] }[];
}
