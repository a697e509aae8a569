import { type Bitmap, blocksOf, type CohortLeaf, type Leaf, type LeafSource, type Moment } from '#cohort-core';

import type { Transaction } from '../database.js';
import { type StoredMembers, uniteMembers } from '../membership/stored-members.js';

/** Cohort → its members after the change that is being made, in the blocks that are asked about. Only looked at. */
export type MembersOverlay = ReadonlyMap<number, Bitmap>;

/** Members of other cohorts as stored: a dynamic one at its version, a static one its list. Never evaluated again. */
export class CohortSource implements LeafSource {
  constructor(
    private readonly client: Transaction,
    private readonly projectId: number,
    private readonly overlay: MembersOverlay = new Map(),
  ) {}

  answers(leaf: Leaf): leaf is CohortLeaf {
    return leaf.kind === 'cohort';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    const stored = own.map(({ cohortId }) => cohortId).filter((id) => !this.overlay.has(id));
    const blocks = moment.within === null ? null : blocksOf(moment.within);
    const result = await this.client.query<StoredMembers & { cohort_id: number }>(
      `SELECT cohort_id, bitmap, flipped FROM cohort_chunk
       WHERE project_id = $1 AND cohort_id = ANY($2::int[]) AND ($3::int[] IS NULL OR chunk = ANY($3::int[]))`,
      [this.projectId, stored, blocks],
    );
    return own.map(
      ({ cohortId }) =>
        this.overlay.get(cohortId)?.clone() ?? uniteMembers(result.rows.filter((row) => row.cohort_id === cohortId)),
    );
  }
}
