import { type Bitmap, BitmapScope } from '#cohort-core';
import {
  evaluateInProject,
  type FactReader,
  inSnapshot,
  noteReadState,
  personsChangedSince,
  readMoment,
  type Transaction,
} from '#persistence';

import { type ComputedBatch, type ComputedCohort, hasTree } from './compute-batch.js';
import { foresee, isForeseen, movedByTime } from './moved-by-time.js';

/** So few persons are evaluated under the locks without anybody noticing. */
const SMALL = 1_000;
/** So many are not: the locks are given back first. */
const LARGE = 10_000;
const MAX_ROUNDS = 3;

/**
 * Evaluates again, with nothing locked, everyone whose facts changed since the batch's snapshot or whose edges time has passed, until
 * few are left for the last round.
 */
export async function catchUp(reader: FactReader, batch: ComputedBatch): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (await inSnapshot(reader, (snapshot) => catchUpOnce(snapshot, batch))) {
      return;
    }
  }
}

/** @returns true when too few are behind for a round of their own */
async function catchUpOnce(snapshot: Transaction, batch: ComputedBatch): Promise<boolean> {
  using scope = new BitmapScope();
  const { computed, asOf } = batch;
  const { at } = await readMoment(snapshot, batch.projectId);
  const within = scope.track(await movedSince(snapshot, batch, computed, at));
  if (within.size < SMALL && isForeseen(asOf.foreseen, at)) {
    return true;
  }
  const foreseen = await foresee(snapshot, batch, computed, { since: asOf.at, at });
  within.orInPlace(asOf.foreseen.persons);
  within.orInPlace(foreseen.persons);
  try {
    const state = await noteReadState(snapshot, batch.projectId, referencesOf(computed));
    await evaluateAgain(snapshot, computed, { ...batch, at, within });
    asOf.foreseen.persons.dispose();
    batch.asOf = { at, state, foreseen };
  } catch (error) {
    foreseen.persons.dispose();
    throw error;
  }
  return false;
}

/**
 * The last round, for one cohort, under the locks of its flip: afterwards its members are right as of the instant that it returns. The
 * locks live in `transaction`, which sees each statement's own moment; the facts are read in one snapshot taken under them.
 * @returns undefined when too much is left to do, so the locks should be given back
 */
export async function catchUpUnderLocks(
  reader: FactReader,
  transaction: Transaction,
  batch: ComputedBatch,
  one: ComputedCohort,
  { patience }: { readonly patience: boolean },
): Promise<Date | undefined> {
  using scope = new BitmapScope();
  const { at } = await readMoment(transaction, batch.projectId);
  const { foreseen } = batch.asOf;
  const moved = scope.track(await movedSince(transaction, batch, [one], at));
  moved.orInPlace(foreseen.persons);
  const isBlind = at > foreseen.until;
  if (patience && (isBlind || moved.size > LARGE)) {
    return undefined;
  }
  if (moved.isEmpty && !isBlind) {
    return at;
  }
  return await inSnapshot(reader, (snapshot) => lastRound(snapshot, batch, one));
}

/** Who moved is asked for again in the snapshot itself: it sees more than its occasion did. */
async function lastRound(snapshot: Transaction, batch: ComputedBatch, one: ComputedCohort): Promise<Date> {
  using scope = new BitmapScope();
  const { at } = await readMoment(snapshot, batch.projectId);
  const within = scope.track(await movedSince(snapshot, batch, [one], at));
  within.orInPlace(batch.asOf.foreseen.persons);
  if (at > batch.asOf.foreseen.until) {
    const { persons } = await foresee(snapshot, batch, [one], { since: batch.asOf.at, at });
    within.orInPlace(scope.track(persons));
  }
  await evaluateAgain(snapshot, [one], { ...batch, at, within });
  return at;
}

/** Whose answers may be others than the batch's: facts or references changed, or an edge passed; not those foreseen. The caller disposes of it. */
async function movedSince(
  client: Transaction,
  batch: ComputedBatch,
  cohorts: readonly ComputedCohort[],
  at: Date,
): Promise<Bitmap> {
  using scope = new BitmapScope();
  const { asOf, projectId } = batch;
  const moved = scope.track(await movedByTime(client, batch, cohorts, { after: asOf.at, upTo: at }));
  moved.orInPlace(scope.track(await personsChangedSince(client, projectId, asOf.state, referencesOf(cohorts))));
  return scope.release(moved);
}

function referencesOf(cohorts: readonly ComputedCohort[]): number[] {
  return [...new Set(cohorts.flatMap(({ references }) => references))];
}

async function evaluateAgain(
  transaction: Transaction,
  computed: readonly ComputedCohort[],
  { projectId, timezone, at, within }: Pick<ComputedBatch, 'projectId' | 'timezone'> & { at: Date; within: Bitmap },
): Promise<void> {
  using scope = new BitmapScope();
  const asked = computed.filter(hasTree);
  const trees = asked.map(({ tree }) => tree);
  const answers = await evaluateInProject(transaction, trees, { projectId, timezone, at, within });
  answers.forEach((answer) => scope.track(answer));
  asked.forEach(({ members }, index) => {
    members.andNotInPlace(within);
    members.orInPlace(answers[index] ?? scope.of());
  });
}
