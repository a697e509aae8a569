import { Inject, Injectable } from '@nestjs/common';

import { bitmapOf, blockOf, deserializeBitmap } from '#cohort-core';
import { Database } from '#persistence';

/** Which cohorts hold a person, ascending; an ordinal that nobody has is held by none. */
export type CohortsByOrdinal = ReadonlyMap<number, readonly number[]>;

const CHUNKS = `
  SELECT cohort_id, bitmap FROM cohort_chunk
  WHERE project_id = $1 AND chunk = ANY($2::int[]) AND cardinality > 0 ORDER BY cohort_id`;

/**
 * Which cohorts, static and dynamic, hold persons at this moment. Chunks alone answer that: a deleted cohort has empty ones, and
 * one without a version has none.
 */
@Injectable()
export class MembershipReader {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * What was committed before the call is in the answer.
   * @returns every given ordinal, with the ids of its cohorts
   * @throws when it cannot be read: the answer is never guessed
   */
  async cohortsOf(projectId: number, ordinals: readonly number[]): Promise<CohortsByOrdinal> {
    const blocks = [...new Set(ordinals.map(blockOf))];
    const { rows } = await this.database.pool.query<{ cohort_id: number; bitmap: Buffer }>(CHUNKS, [projectId, blocks]);
    const found = new Map<number, number[]>(ordinals.map((ordinal) => [ordinal, []]));
    const asked = bitmapOf(ordinals);
    for (const { cohort_id, bitmap } of rows) {
      const members = deserializeBitmap(bitmap);
      members.andInPlace(asked);
      for (const ordinal of members) {
        found.get(ordinal)?.push(cohort_id);
      }
      members.dispose();
    }
    asked.dispose();
    return found;
  }
}
