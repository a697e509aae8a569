import { createHash } from 'node:crypto';

import type { DeltaPart } from './delta-parts.js';

/** The event id of a part: the same on every attempt and from every relay (a name-based uuid, RFC 9562 version 5). */
export function partId({ row, part }: DeltaPart): string {
  const name = `muster membership_delta ${row.position} ${row.project_id}:${row.cohort_id}:${row.chunk}:${row.revision} ${part}`;
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
