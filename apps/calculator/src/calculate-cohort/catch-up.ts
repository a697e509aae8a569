import { type Bitmap, BitmapScope } from '#cohort-core';
import {
  type Database,
  evaluateInProject,
  noteReadState,
  personsChangedSince,
  type ReadState,
  type Transaction,
} from '#persistence';

import { type ComputedBatch, type ComputedCohort, hasTree, readMoment } from './compute-batch.js';
import { snapshotTransaction } from './run-transaction.js';

/** So few persons are evaluated under the locks without anybody noticing. */
const SMALL = 1_000;
const MAX_ROUNDS = 3;

/** Where facts are read, and how long a statement may take. */
export interface Source {
  readonly database: Database;
  readonly statementTimeoutMs: number;
}

/**
 * Evaluates again, with nothing locked, everyone whose facts changed since the batch's snapshot, until few are left for the last round.
 * Facts only: whose moving edge has passed since `at` is for the sweep of issue 7 to visit, from `swept_to` on.
 */
export async function catchUp({ database, statementTimeoutMs }: Source, batch: ComputedBatch): Promise<void> {
  const references = [...new Set(batch.computed.flatMap((one) => one.references))];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    using scope = new BitmapScope();
    const changed = scope.track(await personsChangedSince(database.pool, batch.projectId, batch.state, references));
    if (changed.size < SMALL) {
      return;
    }
    await snapshotTransaction(database, statementTimeoutMs, async (snapshot) => {
      batch.state = await evaluateChanged(snapshot, batch, { asked: batch.computed, references });
    });
  }
}

/**
 * The last round, for one cohort, under the locks of its flip: afterwards its members are right as of now. The locks live in `transaction`,
 * which sees each statement's own moment; the facts are read in one snapshot taken under them.
 */
export async function catchUpUnderLocks(
  { database, statementTimeoutMs }: Source,
  transaction: Transaction,
  batch: ComputedBatch,
  one: ComputedCohort,
): Promise<void> {
  using scope = new BitmapScope();
  const { references } = one;
  const changed = scope.track(await personsChangedSince(transaction, batch.projectId, batch.state, references));
  if (!changed.isEmpty) {
    await snapshotTransaction(database, statementTimeoutMs, (snapshot) =>
      evaluateChanged(snapshot, batch, { asked: [one], references }),
    );
  }
}

interface Asked {
  readonly asked: readonly ComputedCohort[];
  readonly references: readonly number[];
}

/** Who changed is asked for again in the snapshot itself: it sees more than its occasion did. @returns what the members are right as of now */
async function evaluateChanged(
  snapshot: Transaction,
  { projectId, state }: ComputedBatch,
  { asked, references }: Asked,
): Promise<ReadState> {
  using scope = new BitmapScope();
  const { timezone, at } = await readMoment(snapshot, projectId);
  const within = scope.track(await personsChangedSince(snapshot, projectId, state, references));
  const after = await noteReadState(snapshot, projectId, references);
  await evaluateAgain(snapshot, asked, { projectId, timezone, at, within });
  return after;
}

async function evaluateAgain(
  transaction: Transaction,
  computed: readonly ComputedCohort[],
  question: { readonly projectId: number; readonly timezone: string; readonly at: Date; readonly within: Bitmap },
): Promise<void> {
  using scope = new BitmapScope();
  const asked = computed.filter(hasTree);
  const trees = asked.map(({ tree }) => tree);
  const answers = await evaluateInProject(transaction, trees, question);
  answers.forEach((answer) => scope.track(answer));
  asked.forEach(({ members }, index) => {
    members.andNotInPlace(question.within);
    members.orInPlace(answers[index] ?? scope.of());
  });
}
