import { flagKey, type JsonObject, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import { isUniqueViolation, type Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { invalid } from '../http/api-error.js';
import { FLAG_COLUMNS, type FlagRow, type StoredFlag } from '../present-flag/flag-row.js';

export interface NewFlag {
  readonly key: string;
  readonly name: string;
  readonly active: boolean;
  readonly filters: JsonObject;
}

const INSERT_FLAG = `
  INSERT INTO feature_flag AS f (project_id, key, name, active, filters, created_by_id) VALUES ($1, $2, $3, $4, $5, $6)
  RETURNING ${FLAG_COLUMNS}`;

/** Stores a flag and its `flag.created`; the inserted row is the lock that orders the messages of its key. */
export async function insertFlag(transaction: Transaction, access: Access, flag: NewFlag): Promise<FlagRow> {
  const { projectId, user } = access;
  const values = [projectId, flag.key, flag.name, flag.active, JSON.stringify(flag.filters), user.id];
  const { rows } = await uniquely(transaction.query<StoredFlag>(INSERT_FLAG, values));
  const [row] = rows;
  if (row === undefined) {
    throw new Error('INSERT INTO feature_flag returned no row');
  }
  const message = {
    schema_version: TOPICS.flagCreated.schemaVersion,
    project_id: projectId,
    flag_id: row.id,
    version: row.version,
    key: row.key,
    active: row.active,
    cohort_ids: [...row.refers_to],
    created_at: row.created_at.toISOString(),
    by_id: user.id,
  };
  const envelope = { key: flagKey(projectId, row.id), projectId, time: row.created_at };
  await appendToOutbox(transaction, [{ topic: TOPICS.flagCreated, ...envelope, message }]);
  return { ...row, created_by: user };
}

/** Two flags of one key, also when they race. @throws ApiError 400 */
export async function uniquely<T>(stored: Promise<T>): Promise<T> {
  try {
    return await stored;
  } catch (error) {
    throw isUniqueViolation(error) ? invalid('key', 'There is already a feature flag with this key.', 'unique') : error;
  }
}
