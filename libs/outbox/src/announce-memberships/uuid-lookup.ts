import type { Pool } from 'pg';

import type { DeltaPart } from './delta-parts.js';

const UUIDS = `
  SELECT wanted.place, person.uuid
  FROM unnest($1::int[], $2::int[]) WITH ORDINALITY AS wanted (project_id, ordinal, place)
  JOIN person ON person.project_id = wanted.project_id AND person.ordinal = wanted.ordinal`;

/** A part with the persons' uuids in the place of their ordinals; null where an ordinal has no person. */
export interface NamedPart {
  readonly part: DeltaPart;
  readonly entered: readonly (string | null)[];
  readonly left: readonly (string | null)[];
}

/** Looks up the uuids of some parts, of any projects, in one query. Tombstones keep theirs: the past still names them. */
export async function nameParts(pool: Pool, parts: readonly DeltaPart[]): Promise<NamedPart[]> {
  const projects: number[] = [];
  const ordinals: number[] = [];
  for (const part of parts) {
    for (const list of [part.entered, part.left]) {
      list.forEach((ordinal) => {
        projects.push(part.row.project_id);
        ordinals.push(ordinal);
      });
    }
  }
  const { rows } = await pool.query<{ place: string; uuid: string }>(UUIDS, [projects, ordinals]);
  const uuids = new Array<string | null>(ordinals.length).fill(null);
  rows.forEach((row) => (uuids[Number(row.place) - 1] = row.uuid));
  let place = 0;
  const take = (length: number) => uuids.slice(place, (place += length));
  return parts.map((part) => ({ part, entered: take(part.entered.length), left: take(part.left.length) }));
}
