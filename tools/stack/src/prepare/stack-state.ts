import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a data directory remembers: the database keeps only the hash of the key. */
export interface StackState {
  readonly project_id: number;
  readonly project_token: string;
  readonly personal_api_key: string;
  readonly demo: 'wanted' | 'there' | 'left out';
  /** UTC midnight at which the demo's year ends, ISO 8601: sending it again after a kill gives the same events. */
  readonly demo_until: string;
}

export function readState(file: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step; only its owner may read it. */
export function writeState(file: string, state: StackState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
