import { type Bitmap, BitmapScope } from '#cohort-core';
import { type Database, evaluateInProject, noteReadState, personsChangedSince, type Transaction } from '#persistence';

import { type ComputedBatch, type ComputedCohort, hasTree, readMoment } from './compute-batch.js';
import { snapshotTransaction } from './run-transaction.js';

/** So few persons are evaluated under the locks without anybody noticing. */
const SMALL = 1_000;
const MAX_ROUNDS = 3;

/**
 * Evaluates again, with nothing locked, everyone whose facts changed since the batch's snapshot, until few are left for the last round.
 * Facts only: whose moving edge has passed since `at` is for the sweep of issue 7 to visit, from `swept_to` on.
 */
export async function catchUp(database: Database, batch: ComputedBatch, statementTimeoutMs: number): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const isLast = await snapshotTransaction(database, statementTimeoutMs, (transaction) =>
      catchUpWhenMany(transaction, batch),
    );
    if (isLast) {
      return;
    }
  }
}

/**
 * The last round, for one cohort, under the locks of its flip: afterwards its members are right as of now. The locks live in `transaction`,
 * which sees each statement's own moment; the facts are read in one snapshot taken under them.
 */
export async function catchUpUnderLocks(
  { database, statementTimeoutMs }: { readonly database: Database; readonly statementTimeoutMs: number },
  transaction: Transaction,
  batch: ComputedBatch,
  one: ComputedCohort,
): Promise<void> {
  using scope = new BitmapScope();
  const changed = scope.track(await personsChangedSince(transaction, batch.projectId, batch.state, one.references));
  if (changed.isEmpty) {
    return;
  }
  await snapshotTransaction(database, statementTimeoutMs, async (snapshot) => {
    const { timezone, at } = await readMoment(snapshot, batch.projectId);
    const seen = scope.track(await personsChangedSince(snapshot, batch.projectId, batch.state, one.references));
    await evaluateAgain(snapshot, [one], { projectId: batch.projectId, timezone, at, within: seen });
  });
}

/** @returns whether few are left */
async function catchUpWhenMany(transaction: Transaction, batch: ComputedBatch): Promise<boolean> {
  using scope = new BitmapScope();
  const { projectId, computed } = batch;
  const references = [...new Set(computed.flatMap((one) => one.references))];
  const { timezone, at } = await readMoment(transaction, projectId);
  const changed = scope.track(await personsChangedSince(transaction, projectId, batch.state, references));
  if (changed.size < SMALL) {
    return true;
  }
  const state = await noteReadState(transaction, projectId, references);
  await evaluateAgain(transaction, computed, { projectId, timezone, at, within: changed });
  batch.state = state;
  return false;
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
