import { randomUUID } from 'node:crypto';

import { appendToOutbox } from '#outbox';
import { leaveStaticCohorts, type StaticLists, type Transaction } from '#persistence';

import { BatchPlan, type ProjectPerson } from '../merge-persons/batch-plan.js';
import { lockStrengthFor, mentionedIds } from '../merge-persons/mentioned-ids.js';
import type { MergeOutcome } from '../merge-persons/person-book.js';
import type { PersonDraft } from '../merge-persons/person-draft.js';
import {
  type ActivityRow,
  appendActivity,
  appendChanges,
  appendPresence,
  type PresenceRow,
} from '../queries/append-bitmaps.js';
import { appendEvents, type OwnedEvent } from '../queries/append-events.js';
import { buryPersons } from '../queries/bury-persons.js';
import { changeDistinctIds } from '../queries/change-distinct-ids.js';
import { insertPersons } from '../queries/insert-persons.js';
import { insertSeen, seenKey } from '../queries/insert-seen.js';
import { lockBlocks } from '../queries/lock-blocks.js';
import { lockMorePersons, lockPersons } from '../queries/lock-persons.js';
import { moveMergedRows } from '../queries/move-merged-rows.js';
import { updatePersons } from '../queries/update-persons.js';
import type { BatchOrdinals } from './batch-ordinals.js';
import { collectActivity, collectPresence, type Fact } from './collect-facts.js';
import { describeChanges, groupByBlock } from './describe-changes.js';
import type { IncomingEvent } from './incoming-event.js';
import { RestartBatch } from './restart-batch.js';

/** Each new plan takes in what others committed meanwhile; more rounds than these are a pile-up. */
const MAX_PLANS = 5;

/** What a batch needs besides its transaction. */
export interface BatchResources {
  /** Of the batch's projects, held until the transaction ends. */
  readonly timezones: ReadonlyMap<number, string>;
  readonly ordinals: BatchOrdinals;
  /** As this process has read them before. */
  readonly lists: StaticLists;
}

export interface BatchReport {
  /** Events that nobody had counted before. */
  readonly counted: number;
  readonly merges: ReadonlyMap<MergeOutcome, number>;
  /** Persons deleted. */
  readonly deleted: number;
  /** Rows that the compactor may fold one day. */
  readonly activity: readonly ActivityRow[];
  readonly presence: readonly PresenceRow[];
}

/**
 * Counts events, once each, in one READ COMMITTED transaction. All batches of all replicas go through the same phases, and
 * take locks in the same order in each, so that they wait for each other but do not deadlock.
 * @throws RestartBatch when what was read no longer holds; the caller rolls back and runs the batch again
 */
export async function ingestBatch(
  transaction: Transaction,
  events: readonly IncomingEvent[],
  resources: BatchResources,
): Promise<BatchReport> {
  const fresh = await keepUnseen(transaction, events);
  if (fresh.length === 0) {
    return { counted: 0, merges: new Map(), deleted: 0, activity: [], presence: [] };
  }
  const { plan, owners } = await lockAndPlan(transaction, fresh, resources.ordinals);
  const moved = await writePersons(transaction, plan);
  const rows = fresh.flatMap((event, index) =>
    event.person?.deletes === undefined ? [{ event, ordinal: owners[index]?.ordinal }] : [],
  );
  await appendEvents(transaction, rows);
  const activity = collectActivity([...factsOf(rows), ...moved], resources.timezones);
  const presence = collectPresence(plan.born(), [...plan.lost(), ...plan.deleted()]);
  await appendFacts(transaction, activity, presence);
  await leaveCohorts(transaction, plan, resources.lists);
  await announce(transaction, plan);
  return { counted: fresh.length, merges: plan.mergeOutcomes(), deleted: plan.deleted().length, activity, presence };
}

async function keepUnseen(transaction: Transaction, events: readonly IncomingEvent[]): Promise<IncomingEvent[]> {
  const byKey = new Map<string, IncomingEvent>();
  for (const event of events) {
    const key = seenKey(event);
    if (!byKey.has(key)) {
      byKey.set(key, event);
    }
  }
  const unseen = await insertSeen(transaction, [...byKey.values()]);
  return [...byKey].flatMap(([key, event]) => (unseen.has(key) ? [event] : []));
}

interface Planned {
  readonly plan: BatchPlan;
  readonly owners: readonly (PersonDraft | undefined)[];
}

/** Ends with every person locked and every new distinct id taken, so that nothing the plan rests on can change any more. */
async function lockAndPlan(
  transaction: Transaction,
  events: readonly IncomingEvent[],
  ordinals: BatchOrdinals,
): Promise<Planned> {
  const ids = mentionedIds(events);
  const strength = lockStrengthFor(events);
  const locked = await lockPersons(transaction, ids, strength);
  for (let round = 0; round < MAX_PLANS; round += 1) {
    const plan = new BatchPlan(ids, locked);
    const owners = plan.apply(events);
    await nameNewcomers(plan, ordinals);
    const changes = { added: plan.newDistinctIds(), released: plan.released().map(toRow) };
    if (await changeDistinctIds(transaction, changes)) {
      return { plan, owners };
    }
    // Another batch made persons of our new ids (an anonymous event and its $identify often arrive at once), or merged
    // away persons for whom the lock had to wait. Its commit is visible now.
    const known = new Set(locked.map(({ id }) => id));
    const open = ids.filter((id) => !known.has(id));
    locked.push(...(await lockMorePersons(transaction, open, strength)));
  }
  throw new RestartBatch('distinct ids were taken');
}

async function nameNewcomers(plan: BatchPlan, ordinals: BatchOrdinals): Promise<void> {
  ordinals.rewind();
  for (const [projectId, newcomers] of plan.newcomers()) {
    const taken = await ordinals.take(projectId, newcomers.length);
    newcomers.forEach((person, index) => {
      person.born = { ordinal: taken[index] ?? NaN, uuid: randomUUID() };
    });
  }
}

/** @returns what survivors did under their losers' names */
async function writePersons(transaction: Transaction, plan: BatchPlan): Promise<Fact[]> {
  await insertPersons(transaction, plan.born());
  await updatePersons(transaction, plan.changed());
  await buryPersons(transaction, plan.deleted().map(toRow));
  const moved = await moveMergedRows(transaction, plan.moves());
  plan.countMoved(moved);
  return moved;
}

function* factsOf(rows: readonly OwnedEvent[]): Iterable<Fact> {
  for (const { event, ordinal } of rows) {
    if (ordinal !== undefined) {
      yield { projectId: event.projectId, ordinal, event: event.event, time: event.timestamp };
    }
  }
}

async function appendFacts(
  transaction: Transaction,
  activity: readonly ActivityRow[],
  presence: readonly PresenceRow[],
): Promise<void> {
  if (activity.length + presence.length === 0) {
    return;
  }
  const result = await transaction.query<{ batch: string }>(`SELECT nextval('ingestion_batch') AS batch`);
  const batch = result.rows[0]?.batch ?? '';
  await appendActivity(transaction, batch, activity);
  await appendPresence(transaction, batch, presence);
}

/**
 * A loser's static cohorts are joined by her survivor, and the deleted leave theirs; dynamic ones follow `person.changed`. After all
 * that needs no more than the persons' locks: from here on other writers of membership in these cohorts wait.
 */
async function leaveCohorts(transaction: Transaction, plan: BatchPlan, lists: StaticLists): Promise<void> {
  for (const [projectId, gone] of [...plan.gone()].sort(([a], [b]) => a - b)) {
    const reason = gone.some(({ survivor }) => survivor !== null) ? 'merge' : 'deletion';
    await leaveStaticCohorts(transaction, { projectId, gone, reason }, lists);
  }
}

/** Last, because it takes locks that all batches of a block want. */
async function announce(transaction: Transaction, plan: BatchPlan): Promise<void> {
  const blocks = groupByBlock(plan.touched());
  if (blocks.length === 0) {
    return;
  }
  const touched = new Map<number, number[]>();
  for (const { projectId, persons } of blocks) {
    touched.set(projectId, [...(touched.get(projectId) ?? []), ...persons.map(({ ordinal }) => ordinal)]);
  }
  await appendChanges(transaction, touched);
  const at = new Date();
  const messages = blocks.flatMap((block) => describeChanges(block, at));
  await lockBlocks(transaction, blocks);
  await appendToOutbox(transaction, messages);
}

function toRow({ projectId, person }: ProjectPerson): { readonly projectId: number; readonly ordinal: number } {
  return { projectId, ordinal: person.ordinal };
}
