import { Inject, Injectable } from '@nestjs/common';

import { type CohortFilters, type FilterNode, parseFilters } from '#cohort-core';
import { explainInProject, type Explanation } from '#persistence';

import { type ProjectSnapshot, ProjectSnapshots } from '../ask-evaluator/project-snapshots.js';
import { findDefinition, findPerson, type PersonReference } from './find-explained.js';

/** What is told of a cohort with criteria. */
export interface ExplainedTree {
  readonly filters: CohortFilters;
  readonly tree: FilterNode;
  readonly explanation: Explanation;
}

export interface ExplainedMembership {
  readonly person: string;
  readonly at: Date;
  /** Null: no criteria, so nobody matches. */
  readonly explained: ExplainedTree | null;
}

/** Looking into the future may take this share of the time that is left; the rest is for reading evidence. */
const SEARCH_SHARE = 0.6;

/** Asks the one evaluator about one person. */
@Injectable()
export class ExplainCohortHandler {
  constructor(@Inject(ProjectSnapshots) private readonly snapshots: ProjectSnapshots) {}

  /** @throws ApiError 404 for an unknown cohort or person, 400 for a static or deleted cohort, 503 when it takes too long */
  async explain(projectId: number, cohortId: number, reference: PersonReference): Promise<ExplainedMembership> {
    return this.snapshots.read(projectId, async (snapshot) => {
      const filters = await findDefinition(snapshot, cohortId);
      const person = await findPerson(snapshot, reference);
      const explained = filters === null ? null : await explainTree(snapshot, filters, person.ordinal);
      return { person: person.uuid, at: snapshot.now, explained };
    });
  }
}

async function explainTree(snapshot: ProjectSnapshot, filters: CohortFilters, ordinal: number): Promise<ExplainedTree> {
  const { transaction, projectId, timezone, now, deadline } = snapshot;
  const { tree } = parseFilters(filters);
  const searchEnds = deadline - (deadline - performance.now()) * (1 - SEARCH_SHARE);
  const isOverdue = () => performance.now() > searchEnds;
  const question = { projectId, timezone, at: now, ordinal, isOverdue };
  return { filters, tree, explanation: await explainInProject(transaction, tree, question) };
}
