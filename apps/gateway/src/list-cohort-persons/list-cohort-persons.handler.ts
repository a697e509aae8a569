import { Inject, Injectable } from '@nestjs/common';

import type { Bitmap } from '#cohort-core';
import { evaluateInProject, readMembers, searchPersons } from '#persistence';

import { type ProjectSnapshot, ProjectSnapshots } from '../ask-evaluator/project-snapshots.js';
import { notFound } from '../http/api-error.js';
import { type PersonRow, readPersons } from '../present-person/read-persons.js';
import { pageOfMembers, placeOf } from './page-of-members.js';
import type { PagePlace } from './page-place.js';
import type { PersonsQuery } from './read-persons-query.js';

/** Larger sets are cheaper cut afterwards than named to the database one by one. */
const MAX_NAMED = 20_000;

export interface PersonsPage {
  readonly persons: readonly PersonRow[];
  /** Undefined on an empty page. */
  readonly last: PagePlace | undefined;
}

/** Reads a page of the cohort's last version: members, conditions and persons as of one moment. */
@Injectable()
export class ListCohortPersonsHandler {
  constructor(@Inject(ProjectSnapshots) private readonly snapshots: ProjectSnapshots) {}

  /** @throws ApiError 404 when the project has no such cohort, 503 when it takes too long */
  async list(projectId: number, cohortId: number, query: PersonsQuery): Promise<PersonsPage> {
    return this.snapshots.read(projectId, async (snapshot) => {
      const members = await readMembers(snapshot.transaction, projectId, cohortId);
      if (members === undefined) {
        throw notFound();
      }
      try {
        await narrow(snapshot, members.bitmap, query);
        const ordinals = await pageOfMembers(snapshot.transaction, projectId, members.bitmap, query.page);
        const persons = await readPersons(snapshot.transaction, projectId, ordinals);
        const last = ordinals.at(-1);
        return { persons, last: last === undefined ? undefined : await placeOf(snapshot.transaction, projectId, last) };
      } finally {
        members.bitmap.dispose();
      }
    });
  }
}

/** Leaves in `members` whom the search finds and who meets the conditions, by the one evaluator. */
async function narrow(snapshot: ProjectSnapshot, members: Bitmap, query: PersonsQuery): Promise<void> {
  const { transaction, projectId, timezone, now } = snapshot;
  const within = () => (members.size > MAX_NAMED ? null : members);
  if (query.search !== undefined) {
    keep(members, [await searchPersons(transaction, projectId, query.search, within())]);
  }
  if (query.conditions !== undefined) {
    const question = { projectId, timezone, at: now, within: within() };
    keep(members, await evaluateInProject(transaction, [query.conditions], question));
  }
}

function keep(members: Bitmap, found: readonly Bitmap[]): void {
  for (const bitmap of found) {
    members.andInPlace(bitmap);
    bitmap.dispose();
  }
}
