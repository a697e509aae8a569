import type { Bitmap, BitmapScope } from '#cohort-core';

import type { Transaction } from '../database.js';
import { classifyDatabaseError } from '../postgres-errors.js';
import { readMoment } from '../projects/read-moment.js';
import { type FactReader, inSnapshot } from '../snapshot.js';
import { together } from '../together.js';
import type { HeldBlocks } from './held-blocks.js';
import type { LiveCohort } from './live-cohort.js';
import { type Asked, LiveFacts, type MembersOverlay } from './live-facts.js';
import { LiveFailure } from './live-failure.js';
import { type Move, MoveFinder } from './moves.js';
import { levelsOf, type Touched } from './project-index.js';

/** What is asked under the locks of a live writer. */
export interface LiveQuestion {
  readonly projectId: number;
  readonly cohorts: readonly LiveCohort[];
  /** Theirs, which are locked. */
  readonly versions: ReadonlyMap<number, number>;
  readonly touched: Touched;
  /** Has the chunks of all these cohorts. */
  readonly stored: HeldBlocks;
}

export interface LiveAnswer {
  readonly at: Date;
  readonly moves: readonly Move[];
  /** How many cohorts were asked about anybody. */
  readonly evaluated: number;
}

/**
 * Evaluates, in one snapshot taken now, each cohort within the persons it is asked about, referenced before referring: who moved in
 * a cohort is asked about in those that refer to it. The scope owns what is returned.
 * @throws LiveFailure when cohorts fail by their own fault
 */
export async function evaluateLevels(
  reader: FactReader,
  question: LiveQuestion,
  scope: BitmapScope,
): Promise<LiveAnswer> {
  return inSnapshot(reader, async (snapshot) => {
    const { projectId, cohorts, stored, touched, versions } = question;
    const moment = await readMoment(snapshot, projectId);
    const facts = new LiveFacts(snapshot, { ...moment, projectId, blocks: stored.numbers }, scope);
    const read = await attempt(snapshot, () => facts.read(cohorts, touched));
    const evaluateLevel = read.error === undefined ? evaluateTogether : evaluateApart;
    const finder = new MoveFinder(stored, scope);
    const moves = new Map<number, Move>();
    let evaluated = 0;
    for (const level of levelsOf(cohorts)) {
      const asked = askedOf(level, touched, moves, scope);
      evaluated += asked.length;
      const overlay = overlayOf(level, moves, finder);
      const answers = await evaluateLevel(snapshot, facts, { versions, asked, overlay });
      asked.forEach((one, index) => {
        const move = finder.moveOf({ ...one, matching: answers[index] ?? scope.of() });
        if (move !== undefined) {
          moves.set(move.cohort.id, move);
        }
      });
    }
    return { at: moment.at, moves: [...moves.values()], evaluated };
  });
}

/** What the snapshot does not see: who moved in the cohorts that these refer to. */
function overlayOf(level: readonly LiveCohort[], moves: ReadonlyMap<number, Move>, finder: MoveFinder): MembersOverlay {
  const moved = [...new Set(level.flatMap(({ references }) => references))].flatMap((id) => moves.get(id) ?? []);
  return new Map(moved.map((move) => [move.cohort.id, finder.membersAfter(move)]));
}

function askedOf(
  level: readonly LiveCohort[],
  touched: Touched,
  moves: ReadonlyMap<number, Move>,
  scope: BitmapScope,
): Asked[] {
  return level.flatMap((cohort) => {
    const moved = cohort.references.flatMap((id) => moves.get(id) ?? []);
    const own = touched.get(cohort.id);
    if (moved.length === 0) {
      return own === undefined || own.isEmpty ? [] : [{ cohort, within: own }];
    }
    const within = own === undefined ? scope.of() : scope.copy(own);
    for (const { entered, left } of moved) {
      within.orInPlace(entered);
      within.orInPlace(left);
    }
    return [{ cohort, within }];
  });
}

interface LevelQuestion {
  readonly versions: ReadonlyMap<number, number>;
  readonly asked: readonly Asked[];
  readonly overlay: MembersOverlay;
}

/** When that fails by the fault of one, each alone. */
async function evaluateTogether(snapshot: Transaction, facts: LiveFacts, question: LevelQuestion): Promise<Bitmap[]> {
  const { asked, overlay } = question;
  if (asked.length === 0) {
    return [];
  }
  if (!facts.hasStrangers(asked)) {
    return facts.evaluate(asked, overlay);
  }
  const all = await attempt(snapshot, () => facts.evaluate(asked, overlay));
  return all.answer ?? (await evaluateApart(snapshot, facts, question));
}

/** Tells whose fault a failure was. */
async function evaluateApart(
  snapshot: Transaction,
  facts: LiveFacts,
  { asked, overlay, versions }: LevelQuestion,
): Promise<Bitmap[]> {
  const failed = new Map<number, unknown>();
  const answers: Bitmap[] = [];
  for (const one of asked) {
    const alone = await attempt(snapshot, () => facts.evaluate([one], overlay));
    if (alone.answer === undefined) {
      failed.set(one.cohort.id, alone.error);
    } else {
      answers.push(...alone.answer);
    }
  }
  if (failed.size > 0) {
    throw new LiveFailure(failed, versions);
  }
  return answers;
}

interface Attempt<T> {
  readonly answer?: T;
  readonly error?: unknown;
}

/** A failed statement costs the snapshot nothing. @throws what is nobody's fault: a lost connection, a server that is full */
async function attempt<T>(snapshot: Transaction, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    const [, answer] = await together(snapshot, [() => snapshot.query('SAVEPOINT evaluation'), work]);
    return { answer };
  } catch (error) {
    if (classifyDatabaseError(error) === 'transient') {
      throw error;
    }
    await snapshot.query('ROLLBACK TO SAVEPOINT evaluation');
    return { error };
  }
}
