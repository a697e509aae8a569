import { readEvents, readMisplacedEvents, readState } from '../../../apps/ingestion/src/testing/read-state.js';
import { differences } from './compare.js';
import type { History } from './history.js';
import { beginHistory, playMoves } from './play-history.js';
import type { PlayedHistory, Rig } from './played-history.js';
import { quiet } from './quiet.js';

/** Lines of one disagreement that are printed. */
const MAX_LINES = 12;

export interface RoundOptions {
  /** Done once in each phase, when the first of its histories is through: kills. */
  readonly disturb?: () => Promise<void>;
  /** How the histories can be made again: the seed, and the number of the first. */
  readonly seed: number;
  readonly first: number;
}

/**
 * Plays histories side by side, a project each. After each phase everything comes to rest, and the members kept live must be those of
 * the oracle; in the end so must those of a full calculation. @throws with every disagreement, and how to see it again
 */
export async function playRound(rig: Rig, histories: readonly History[], options: RoundOptions): Promise<void> {
  const played = await Promise.all(histories.map((history) => beginHistory(rig, history)));
  await compareAll(rig, played, 'after its world was told', options);
  const phases = Math.max(...histories.map((history) => history.phases.length));
  for (let phase = 0; phase < phases; phase += 1) {
    const playing = played.filter(({ history }) => history.phases.length > phase);
    const plays = playing.map((one) => playMoves(rig, one, one.history.phases[phase]!));
    await Promise.all([...plays, Promise.race(plays).then(options.disturb)]);
    await compareAll(rig, played, `after phase ${phase}`, options);
  }
  await Promise.all(played.map(({ cohorts }) => cohorts.calculateAll()));
  await compareAll(rig, played, 'after the full calculation', options);
  await compareFacts(rig, played, options);
  await letGo(rig, played);
}

/** Time goes by no more for those that are done: the sweeper would look after more projects from round to round. */
async function letGo({ stack }: Rig, played: readonly PlayedHistory[]): Promise<void> {
  const ids = played.map(({ project }) => project.id);
  await stack.database.pool.query('DELETE FROM cohort_sweep WHERE project_id = ANY($1::int[])', [ids]);
}

async function compareAll(
  rig: Rig,
  played: readonly PlayedHistory[],
  stage: string,
  options: RoundOptions,
): Promise<void> {
  const since = await quiet(rig);
  const wrong: Wrong[] = [];
  for (const [index, one] of played.entries()) {
    const lines = await differences(rig.stack.database, one, since);
    wrong.push(...(lines.length === 0 ? [] : [{ index, lines }]));
  }
  throwWrong(wrong, played, stage, options);
}

/** Where the order was kept, ingestion must have made of the events what its rules say; elsewhere nothing may be misplaced. Edits of persons have tests of their own. */
async function compareFacts(
  { stack: { database } }: Rig,
  played: readonly PlayedHistory[],
  options: RoundOptions,
): Promise<void> {
  for (const { project, teller, history } of played.filter((one) => one.teller.isAlone)) {
    expect(await readMisplacedEvents(database, project.id)).toEqual([]);
    if (history.isOrdered) {
      const state = await readState(database, project.id);
      expect({ ...options, state }).toEqual({ ...options, state: teller.model.state() });
      expect(await readEvents(database, project.id)).toEqual(teller.model.events());
    }
  }
}

interface Wrong {
  readonly index: number;
  readonly lines: readonly string[];
}

function throwWrong(
  wrong: readonly Wrong[],
  played: readonly PlayedHistory[],
  stage: string,
  { seed, first }: RoundOptions,
): void {
  if (wrong.length === 0) {
    return;
  }
  const stories = wrong.map(({ index, lines }) => {
    const { history, project } = played[index]!;
    const { phases, isOrdered, cohortsFirst, daysBefore, world } = history;
    const told = { timezone: world.timezone, focus: world.focus, daysBefore, cohortsFirst, isOrdered, phases };
    const again = `HISTORY_SEED=${seed} HISTORY_ONLY=${first + index} npm run test:parity -- test/parity/live`;
    return [
      `History ${first + index} (project ${project.id}) disagrees ${stage}. Again: ${again}`,
      ...lines.slice(0, MAX_LINES).map((line) => `  ${line}`),
      `  ${JSON.stringify(told)}`,
    ].join('\n');
  });
  throw new Error(`${wrong.length} of ${played.length} histories disagree.\n${stories.join('\n')}`);
}
