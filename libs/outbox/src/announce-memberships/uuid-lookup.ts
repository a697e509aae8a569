import type { Pool } from 'pg';

import type { DeltaPart } from './delta-parts.js';
import { KnownUuids } from './known-uuids.js';

const SERVER = 'SELECT pg_postmaster_start_time()::text AS server';

const UUIDS = `
  SELECT wanted.place::int AS place, person.uuid
  FROM unnest($1::int[], $2::int[]) WITH ORDINALITY AS wanted (project_id, ordinal, place)
  JOIN person ON person.project_id = wanted.project_id AND person.ordinal = wanted.ordinal`;

/** 32 MB: two million persons. */
const MAX_BUFFERS = 512;

/** A part with the persons' uuids in the place of their ordinals; null where an ordinal has no person. */
export interface NamedPart {
  readonly part: DeltaPart;
  readonly entered: readonly (string | null)[];
  readonly left: readonly (string | null)[];
}

interface Place {
  readonly projectId: number;
  readonly ordinal: number;
  uuid: string | null;
}

/**
 * Finds the uuids of persons by their ordinals; tombstones keep theirs: the past still names them. Those found once are remembered, because
 * the first members of some hundred cohorts are the same persons some hundred times, and looking them up cost more than all else about telling.
 */
export class UuidLookup {
  private server = '';

  constructor(
    private readonly pool: Pool,
    private readonly known = new KnownUuids(MAX_BUFFERS),
  ) {}

  /** Parts of any projects; at most two queries. */
  async nameParts(parts: readonly DeltaPart[]): Promise<NamedPart[]> {
    await this.forgetAfterFailOver();
    const named = parts.map((part) => {
      const placeOf = (ordinal: number): Place => {
        const projectId = part.row.project_id;
        return { projectId, ordinal, uuid: this.known.get(projectId, ordinal) ?? null };
      };
      return { part, entered: Array.from(part.entered, placeOf), left: Array.from(part.left, placeOf) };
    });
    await this.find(named.flatMap(({ entered, left }) => [...entered, ...left]).filter(({ uuid }) => uuid === null));
    const uuidsOf = (places: readonly Place[]) => places.map(({ uuid }) => uuid);
    return named.map(({ part, entered, left }) => ({ part, entered: uuidsOf(entered), left: uuidsOf(left) }));
  }

  /** Another server may have lost the last births, and given their ordinals to others. */
  private async forgetAfterFailOver(): Promise<void> {
    const { rows } = await this.pool.query<{ server: string }>(SERVER);
    const server = rows[0]?.server ?? '';
    if (server !== this.server) {
      this.known.clear();
      this.server = server;
    }
  }

  private async find(unknown: readonly Place[]): Promise<void> {
    if (unknown.length === 0) {
      return;
    }
    const columns = [unknown.map(({ projectId }) => projectId), unknown.map(({ ordinal }) => ordinal)];
    const { rows } = await this.pool.query<{ place: number; uuid: string }>(UUIDS, columns);
    for (const { place, uuid } of rows) {
      const one = unknown[place - 1];
      if (one !== undefined) {
        one.uuid = uuid;
        this.known.set(one.projectId, one.ordinal, uuid);
      }
    }
  }
}
