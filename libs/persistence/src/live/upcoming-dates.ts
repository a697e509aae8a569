import { type Bitmap, bitmapOf, type Instant, storedInstant } from '#cohort-core';

import { personsChangedSince } from '../calculations/changed-since.js';
import type { Transaction } from '../database.js';
import { Bindings } from '../leaf-sources/bindings.js';
import { filterStored } from '../leaf-sources/match-values.js';
import { type DatePlace, type DateRows, dateRowsOf } from '../leaf-sources/visited-by-time.js';

/** Where an edge over stored dates is going. */
export interface DateStretch {
  /** Equal for the same facts. */
  readonly place: string;
  /** Equal for edges over the same facts that are always at the same place. */
  readonly way: string;
  readonly facts: DatePlace;
  readonly from: Instant;
  readonly to: Instant;
  /** Where the edge will be when the horizon is reached. */
  readonly ahead: Instant;
}

type Range = readonly [from: number, to: number];

interface DateList {
  readonly facts: DatePlace;
  /** Way → where it leads until the horizon. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** Ordinal → milliseconds of the dates inside the ranges. */
  readonly dates: Map<number, number[]>;
}

interface Project {
  readonly projectId: number;
  readonly timezone: string;
}

const MINUTE_MS = 60_000;

/**
 * Of a project, the stored dates that edges will pass within some hours, with their persons. To find them all stored values are looked
 * through (seconds for a million persons), so that is done once a horizon, when half of it is over and one list at a time: what moves with
 * the minute waits for it. Between, only persons who changed are looked at.
 */
export class UpcomingDates {
  private readonly lists = new Map<string, DateList>();
  /** What is in the lists, as a `pg_snapshot`. */
  private snapshot: string | undefined;

  /** @param transaction REPEATABLE READ: the lists are right as of its snapshot */
  async update(transaction: Transaction, project: Project, stretches: readonly DateStretch[]): Promise<void> {
    const wanted = Map.groupBy(stretches, ({ place }) => place);
    if (wanted.size === 0 && this.lists.size === 0) {
      return;
    }
    await this.complement(transaction, project);
    const lacking = [...wanted].filter(([place, group]) => !this.covers(place, group, wayOf));
    const ageing =
      lacking.length > 0 ? [] : [...wanted].filter(([place, group]) => !this.covers(place, group, nextWayOf));
    for (const [place, group] of [...lacking, ...ageing.slice(0, 1)]) {
      // The leaves of a place may be more than one round takes: what other rounds asked for stays.
      const before = this.lists.get(place)?.ranges ?? [];
      this.lists.set(place, await buildList(transaction, project, { before, stretches: group }));
    }
  }

  /** What other ways asked for goes. */
  retain(ways: ReadonlySet<string>): void {
    for (const [place, list] of this.lists) {
      const ranges = new Map([...list.ranges].filter(([way]) => ways.has(way)));
      if (ranges.size === 0) {
        this.lists.delete(place);
      } else {
        this.lists.set(place, { ...list, ranges });
      }
    }
  }

  /** Those of the stretch, its ends included. The caller disposes of the bitmap. */
  between(stretch: DateStretch): Bitmap {
    const [low, high] = wayOf(stretch);
    const persons: number[] = [];
    for (const [ordinal, dates] of this.lists.get(stretch.place)?.dates ?? []) {
      if (dates.some((ms) => ms >= low && ms <= high)) {
        persons.push(ordinal);
      }
    }
    return bitmapOf(persons);
  }

  private covers(place: string, group: readonly DateStretch[], rangeOf: (stretch: DateStretch) => Range): boolean {
    const ranges = this.lists.get(place)?.ranges;
    return group.every((stretch) => {
      const [low, high] = rangeOf(stretch);
      const [start, end] = ranges?.get(stretch.way) ?? [Infinity, -Infinity];
      return start <= low && high <= end;
    });
  }

  /** Adds the dates of persons who changed since the last time. */
  private async complement(transaction: Transaction, project: Project): Promise<void> {
    const { rows } = await transaction.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
    if (this.lists.size > 0 && this.snapshot !== undefined) {
      const state = { snapshot: this.snapshot, revisions: new Map<string, bigint>() };
      const changed = await personsChangedSince(transaction, project.projectId, state, []);
      const ordinals = changed.toArray();
      changed.dispose();
      for (const list of ordinals.length === 0 ? [] : this.lists.values()) {
        const rowsOf = await dateRowsOf(transaction, list.facts, project.projectId);
        await addRows(transaction, project, { list, rowsOf, ordinals });
      }
    }
    this.snapshot = rows[0]?.snapshot;
  }
}

function wayOf({ from, to }: DateStretch): Range {
  const [a, b] = [from.epochMilliseconds, to.epochMilliseconds];
  return a <= b ? [a, b] : [b, a];
}

/** From where the edge is now to where it is when half of the horizon is over. */
function nextWayOf({ to, ahead }: DateStretch): Range {
  const [now, end] = [to.epochMilliseconds, ahead.epochMilliseconds];
  return [now, now + Math.max(0, end - now) / 2];
}

interface Wish {
  /** Of the list that this one takes the place of. */
  readonly before: Iterable<readonly [way: string, Range]>;
  readonly stretches: readonly DateStretch[];
}

async function buildList(transaction: Transaction, project: Project, { before, stretches }: Wish): Promise<DateList> {
  const asked = [...Map.groupBy(stretches, ({ way }) => way)].map(([way, alike]) => [way, rangeOf(alike)] as const);
  const ranges = new Map([...before, ...asked]);
  const [first] = stretches;
  if (first === undefined) {
    throw new Error('no edge asks for the list');
  }
  const list: DateList = { facts: first.facts, ranges, dates: new Map() };
  const rowsOf = await dateRowsOf(transaction, list.facts, project.projectId);
  await addRows(transaction, project, {
    list,
    rowsOf,
    values: await storedInRanges(transaction, project, list, rowsOf),
  });
  return list;
}

function rangeOf(stretches: readonly DateStretch[]): Range {
  const ends = stretches.flatMap(({ from, to, ahead }) => [from, to, ahead].map((end) => end.epochMilliseconds));
  // A clock that is set back takes edges back.
  return [Math.min(...ends) - MINUTE_MS, Math.max(...ends)];
}

async function storedInRanges(
  transaction: Transaction,
  { timezone }: Project,
  { ranges }: DateList,
  rowsOf: DateRows,
): Promise<string[]> {
  const bindings = new Bindings();
  const { from, value } = rowsOf(bindings);
  return filterStored(transaction, { value, rows: `FROM ${from}`, bindings }, (stored) => {
    const ms = storedInstant(stored, timezone)?.epochMilliseconds;
    return ms !== undefined && isIn(ranges, ms);
  });
}

function isIn(ranges: ReadonlyMap<string, Range>, ms: number): boolean {
  for (const [from, to] of ranges.values()) {
    if (from <= ms && ms <= to) {
      return true;
    }
  }
  return false;
}

interface Addition {
  readonly list: DateList;
  readonly rowsOf: DateRows;
  /** Only of these persons. */
  readonly ordinals?: readonly number[];
  /** Only these values, as JSON. */
  readonly values?: readonly string[];
}

async function addRows(
  transaction: Transaction,
  { timezone }: Project,
  { list, rowsOf, ordinals, values }: Addition,
): Promise<void> {
  const bindings = new Bindings();
  const { from, value } = rowsOf(bindings);
  const of = ordinals === undefined ? '' : `AND ordinal = ANY(${bindings.bind(ordinals)}::int[])`;
  const among = values === undefined ? '' : `AND ${value} = ANY(${bindings.bind(values)}::jsonb[])`;
  const result = await transaction.query<[number, string]>({
    text: `SELECT ordinal, value::text FROM (SELECT ordinal, ${value} AS value FROM ${from} ${of} ${among}) AS stored
      WHERE jsonb_typeof(value) IN ('string', 'number')`,
    values: bindings.values,
    rowMode: 'array',
  });
  for (const [ordinal, json] of result.rows) {
    const parsed: unknown = JSON.parse(json);
    const stored = typeof parsed === 'string' ? { text: parsed, isNumber: false } : { text: json, isNumber: true };
    const ms = storedInstant(stored, timezone)?.epochMilliseconds;
    const dates = list.dates.get(ordinal) ?? [];
    if (ms !== undefined && isIn(list.ranges, ms) && !dates.includes(ms)) {
      list.dates.set(ordinal, [...dates, ms]);
    }
  }
}
