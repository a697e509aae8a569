import { setTimeout as sleep } from 'node:timers/promises';

import { deserializeBitmap } from '#cohort-core';
import type { Database } from '#persistence';

const EVERY_MS = 10;
/** The changes of the watched cohort that are visible now and were not before: revisions of a chunk come in the order of commits. */
const NEW = `
  SELECT delta.chunk, delta.revision, delta.entered, delta.left_ FROM cohort_chunk AS chunk
  JOIN membership_delta AS delta ON delta.project_id = chunk.project_id AND delta.cohort_id = chunk.cohort_id AND delta.chunk = chunk.chunk
    AND delta.revision > coalesce((SELECT seen.revision FROM unnest($3::int[], $4::bigint[]) AS seen (chunk, revision) WHERE seen.chunk = chunk.chunk), 0)
  WHERE chunk.project_id = $1 AND chunk.cohort_id = $2 ORDER BY delta.revision`;

export interface Watched {
  /** When a person was last seen to enter or leave, by ordinal; `performance.now()`, late by up to ten milliseconds. */
  readonly at: ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

/** Looks at the members of a cohort a hundred times a second, as a reader would. */
export function watchMembers(database: Database, projectId: number, cohortId: number): Watched {
  const at = new Map<number, number>();
  const revisions = new Map<number, number>();
  let stopped = false;
  const look = async () => {
    const { rows } = await database.pool.query<{ chunk: number; revision: string; entered: Buffer; left_: Buffer }>(
      NEW,
      [projectId, cohortId, [...revisions.keys()], [...revisions.values()]],
    );
    const now = performance.now();
    for (const { chunk, revision, entered, left_ } of rows) {
      revisions.set(chunk, Number(revision));
      [...ordinalsOf(entered), ...ordinalsOf(left_)].forEach((ordinal) => at.set(ordinal, now));
    }
  };
  const isStopped = () => stopped;
  const watching = (async () => {
    while (!isStopped()) {
      await look();
      await sleep(EVERY_MS);
    }
  })();
  return {
    at,
    stop: () => {
      stopped = true;
      return watching;
    },
  };
}

function ordinalsOf(bytes: Buffer): number[] {
  const bitmap = deserializeBitmap(bytes);
  const ordinals = bitmap.toArray();
  bitmap.dispose();
  return ordinals;
}
