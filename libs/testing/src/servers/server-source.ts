/** Something that brings up one PostgreSQL and one Kafka, each when it is first asked for. */
export interface ServerSource {
  /** @returns the URL of the maintenance database of a role that may create databases */
  postgres(): Promise<string>;
  /** @returns the bootstrap servers */
  kafka(): Promise<readonly string[]>;
  /** Stops what was started. */
  stop(): Promise<void>;
}
