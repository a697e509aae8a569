import { type Bitmap, type CohortLeaf, type Leaf, type LeafSource, type Moment } from '#cohort-core';

import type { Transaction } from '../database.js';
import { uniteChunks } from '../membership/unite-chunks.js';

/** Members of other cohorts as stored: a dynamic one at its version, a static one its list. Never evaluated again. */
export class CohortSource implements LeafSource {
  constructor(
    private readonly client: Transaction,
    private readonly projectId: number,
  ) {}

  answers(leaf: Leaf): leaf is CohortLeaf {
    return leaf.kind === 'cohort';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    const blocks =
      moment.within === null ? null : [...new Set(moment.within.toArray().map((ordinal) => ordinal >>> 16))];
    const result = await this.client.query<{ cohort_id: number; bitmap: Buffer }>(
      `SELECT cohort_id, bitmap FROM cohort_chunk
       WHERE project_id = $1 AND cohort_id = ANY($2::int[]) AND ($3::int[] IS NULL OR chunk = ANY($3::int[]))`,
      [this.projectId, own.map(({ cohortId }) => cohortId), blocks],
    );
    return own.map(({ cohortId }) =>
      uniteChunks(result.rows.filter((row) => row.cohort_id === cohortId).map(({ bitmap }) => bitmap)),
    );
  }
}
