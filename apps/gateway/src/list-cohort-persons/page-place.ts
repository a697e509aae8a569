import { invalid } from '../http/api-error.js';

/** Where a page ended: its last person, at the precision that the database sorts by. */
export interface PagePlace {
  /** As PostgreSQL writes it. */
  readonly created_at: string;
  readonly ordinal: number;
}

/** What `created_at::text` looks like; nothing else may reach the statement's parameter. */
const TIMESTAMP = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d(:\d\d)?)?( BC)?$/;
const MAX_INT4 = 2_147_483_647;

/** The place as text for a link. */
export function writePlace({ created_at, ordinal }: PagePlace): string {
  return Buffer.from(`${ordinal} ${created_at}`).toString('base64url');
}

/** @throws ApiError 400 for a text that `writePlace` never made */
export function readPlace(cursor: string): PagePlace {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, digits = '', created_at = ''] = /^(\d{1,10}) (.*)$/.exec(text) ?? [];
  const ordinal = Number(digits);
  if (digits === '' || ordinal > MAX_INT4 || !TIMESTAMP.test(created_at)) {
    throw invalid('cursor', 'Invalid cursor.');
  }
  return { created_at, ordinal };
}
