import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** What scripts need to use a running stack; design.md §5 names the keys. */
export interface Connection {
  readonly gateway_url: string;
  readonly project_id: number;
  readonly project_token: string;
  readonly personal_api_key: string;
  readonly kafka_brokers: string;
  readonly kafka_topic_prefix: string;
  readonly database_url: string;
  /** Every process the launcher keeps alive, by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** Where each service answers /livez, /readyz and /metrics. */
  readonly urls: Readonly<Record<string, string>>;
}

/** Replaces the file in one step: a reader sees the old one or the new one. It holds a key, so only its owner may read it. */
export function writeConnectionFile(path: string, connection: Connection): void {
  const unfinished = `${path}.new`;
  writeFileSync(unfinished, `${JSON.stringify(connection, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, path);
}

export function removeConnectionFile(path: string): void {
  rmSync(path, { force: true });
}
