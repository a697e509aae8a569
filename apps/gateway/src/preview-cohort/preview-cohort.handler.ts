import { Inject, Injectable } from '@nestjs/common';

import { type FilterNode, leavesOf } from '#cohort-core';
import { evaluateInProject } from '#persistence';

import { type ProjectSnapshot, ProjectSnapshots } from '../ask-evaluator/project-snapshots.js';
import { checkDefinition } from '../check-definition/check-definition.js';
import { pageOfMembers } from '../list-cohort-persons/page-of-members.js';
import { type PersonRow, readPersons } from '../present-person/read-persons.js';
import { instantOfAsOf, type Preview } from './read-preview.js';

export interface PreviewAnswer {
  readonly at: Date;
  readonly count: number;
  readonly sample: readonly PersonRow[];
  readonly leaves: readonly { readonly path: string; readonly count: number }[];
}

/** Asks the one evaluator who would be in a cohort, and stores nothing. */
@Injectable()
export class PreviewCohortHandler {
  constructor(@Inject(ProjectSnapshots) private readonly snapshots: ProjectSnapshots) {}

  /** @throws ApiError 400 when the filters name what the project does not have, 503 when it takes too long */
  async preview(projectId: number, preview: Preview): Promise<PreviewAnswer> {
    return this.snapshots.read(projectId, (snapshot) => answer(snapshot, preview));
  }
}

async function answer(snapshot: ProjectSnapshot, { definition, asOf, limit }: Preview): Promise<PreviewAnswer> {
  const { transaction, projectId, timezone, now } = snapshot;
  const at = asOf === undefined ? now : instantOfAsOf(asOf, timezone);
  const { tree } = definition;
  await checkDefinition(transaction, projectId, tree);
  const counts = new Map<FilterNode, number>();
  const [members] = await evaluateInProject(transaction, [tree], {
    projectId,
    timezone,
    at,
    within: null,
    observe: (node, matched) => counts.set(node, matched.size),
  });
  if (members === undefined) {
    throw new Error('the evaluator answers every tree');
  }
  try {
    const ordinals = await pageOfMembers(transaction, projectId, members, { limit, offset: 0 });
    const sample = await readPersons(transaction, projectId, ordinals);
    const leaves = leavesOf(tree).map((leaf) => ({ path: leaf.path, count: counts.get(leaf) ?? 0 }));
    return { at, count: members.size, sample, leaves };
  } finally {
    members.dispose();
  }
}
