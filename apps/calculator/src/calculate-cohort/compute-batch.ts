import {
  type Bitmap,
  bitmapOf,
  type CohortFilters,
  cohortsOf,
  type FilterNode,
  leafKey,
  leavesOf,
  parseFilters,
} from '#cohort-core';
import {
  evaluateInProject,
  type LeasedCalculation,
  noteReadState,
  readMoment,
  type ReadState,
  type Transaction,
} from '#persistence';

import { foresee, type Foreseen } from './moved-by-time.js';

interface CohortSnapshot {
  readonly cohortId: number;
  readonly filters: CohortFilters | null;
  readonly definitionNumber: number;
  readonly pendingVersion: number;
  readonly deleted: boolean;
  readonly isStatic: boolean;
  readonly isCalculating: boolean;
}

export interface ComputedCohort {
  readonly run: LeasedCalculation;
  readonly cohort: CohortSnapshot;
  /** Null: the cohort has no criteria, and nobody is in it. */
  readonly tree: FilterNode | null;
  readonly references: readonly number[];
  /** Whoever holds the batch disposes of it. */
  readonly members: Bitmap;
}

/** What the members of a batch are right as of: an instant, and what was there to be read. */
interface AsOf {
  readonly at: Date;
  readonly state: ReadState;
  readonly foreseen: Foreseen;
}

/** What one snapshot of a project gave. */
export interface ComputedBatch {
  readonly projectId: number;
  readonly timezone: string;
  readonly computed: readonly ComputedCohort[];
  /** Runs that nobody waits for any more. */
  readonly superseded: readonly LeasedCalculation[];
  /** Moves on as the batch catches up. */
  asOf: AsOf;
}

/** Reads and evaluates cohorts of one project in the transaction's one snapshot, equal leaves once. */
export async function computeBatch(
  transaction: Transaction,
  runs: readonly LeasedCalculation[],
  onProgress: (part: number) => void,
): Promise<ComputedBatch> {
  const projectId = runs[0]?.projectId ?? 0;
  const moment = await readMoment(transaction, projectId);
  const cohorts = await readCohorts(transaction, runs);
  const wanted = runs.flatMap((run) => question(run, cohorts.get(run.cohortId)) ?? []);
  const references = [...new Set(wanted.flatMap((one) => one.references))];
  const state = await noteReadState(transaction, projectId, references);
  const { timezone, at } = moment;
  const foreseen = await foresee(transaction, { projectId, timezone }, wanted, { since: at, at });
  const answered = wanted.filter(hasTree);
  const count = new Set(answered.flatMap(({ tree }) => leavesOf(tree)).map(leafKey)).size;
  let done = 0;
  const onLeaves = (more: number) => {
    done += more;
    onProgress(done / count);
  };
  const trees = answered.map(({ tree }) => tree);
  const members = await evaluateInProject(transaction, trees, { projectId, ...moment, within: null, onLeaves });
  const computed = wanted.map((one) => ({ ...one, members: hasTree(one) ? takeFirst(members) : bitmapOf() }));
  const alive = new Set(wanted.map(({ run }) => run));
  const superseded = runs.filter((run) => !alive.has(run));
  return { projectId, timezone, computed, superseded, asOf: { at, state, foreseen } };
}

export function disposeOf({ computed, asOf }: ComputedBatch): void {
  asOf.foreseen.persons.dispose();
  computed.forEach(({ members }) => {
    members.dispose();
  });
}

export function hasTree<T extends { readonly tree: FilterNode | null }>(one: T): one is T & { tree: FilterNode } {
  return one.tree !== null;
}

async function readCohorts(
  transaction: Transaction,
  runs: readonly LeasedCalculation[],
): Promise<Map<number, CohortSnapshot>> {
  const { rows } = await transaction.query<CohortSnapshot>(
    `SELECT id AS "cohortId", filters, definition_number AS "definitionNumber", coalesce(pending_version, 0) AS "pendingVersion",
       deleted, is_static AS "isStatic", is_calculating AS "isCalculating"
     FROM cohort WHERE project_id = $1 AND id = ANY($2::int[])`,
    [runs[0]?.projectId, runs.map(({ cohortId }) => cohortId)],
  );
  return new Map(rows.map((row) => [row.cohortId, row]));
}

/** @returns undefined when nobody waits for the run any more */
function question(
  run: LeasedCalculation,
  cohort: CohortSnapshot | undefined,
): Omit<ComputedCohort, 'members'> | undefined {
  if (cohort === undefined || cohort.deleted || isOvertaken(run, cohort)) {
    return undefined;
  }
  const tree = cohort.filters === null ? null : parseFilters(cohort.filters).tree;
  return { run, cohort, tree, references: tree === null ? [] : cohortsOf(tree) };
}

/** The criteria of a static cohort are computed once, whatever its list has become meanwhile. */
function isOvertaken(run: LeasedCalculation, cohort: CohortSnapshot): boolean {
  return cohort.isStatic ? !cohort.isCalculating : cohort.pendingVersion > run.version;
}

function takeFirst(members: Bitmap[]): Bitmap {
  const first = members.shift();
  if (first === undefined) {
    throw new Error('the evaluator answers every tree');
  }
  return first;
}
