import { type Bitmap, blocksOf, type CohortLeaf, type Leaf, type LeafSource, type Moment } from '#cohort-core';

import type { Transaction } from '../database.js';
import { type StoredMembers, uniteMembers } from '../membership/stored-members.js';

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
    const blocks = moment.within === null ? null : blocksOf(moment.within);
    const result = await this.client.query<StoredMembers & { cohort_id: number }>(
      `SELECT cohort_id, bitmap, flipped FROM cohort_chunk
       WHERE project_id = $1 AND cohort_id = ANY($2::int[]) AND ($3::int[] IS NULL OR chunk = ANY($3::int[]))`,
      [this.projectId, own.map(({ cohortId }) => cohortId), blocks],
    );
    return own.map(({ cohortId }) => uniteMembers(result.rows.filter((row) => row.cohort_id === cohortId)));
  }
}
