import {
  type Bitmap,
  bitmapOf,
  BitmapScope,
  blocksOf,
  type Leaf,
  type LeafSource,
  type Moment,
  type PerformedEventLeaf,
  type ResolvedWindow,
  resolveWindow,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { readBytes, readOrdinalSets } from './ordinal-sets.js';

/** What persons did: whole days from the daily activity bitmaps (0.002 s where event rows take 0.7 s), other windows from event rows. */
export class BehaviorSource implements LeafSource {
  constructor(
    private readonly client: Transaction,
    private readonly projectId: number,
  ) {}

  answers(leaf: Leaf): leaf is PerformedEventLeaf {
    return leaf.kind === 'performed_event';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const results: Bitmap[] = [];
    for (const leaf of leaves.filter((candidate) => this.answers(candidate))) {
      results.push(await this.performed(leaf, moment));
    }
    return results;
  }

  private async performed(leaf: PerformedEventLeaf, moment: Moment): Promise<Bitmap> {
    const window = resolveWindow(leaf.window, moment.at, moment.timezone);
    return window.days === null
      ? this.fromEvents(leaf.event, window, moment.within)
      : this.fromActivity(leaf.event, window.days, moment.within);
  }

  private async fromActivity(
    event: string,
    days: { first: string; last: string },
    within: Bitmap | null,
  ): Promise<Bitmap> {
    const bindings = new Bindings();
    const chunks = within === null ? '' : `AND chunk = ANY(${bindings.bind(blocksOf(within))}::int[])`;
    const text = `SELECT bitmap FROM activity WHERE project_id = ${bindings.bind(this.projectId)} AND event = ${bindings.bind(event)}
      AND day BETWEEN ${bindings.bind(days.first)}::date AND ${bindings.bind(days.last)}::date ${chunks}`;
    using scope = new BitmapScope();
    const result = scope.track(bitmapOf());
    for (const bytes of await readBytes(this.client, text, bindings.values)) {
      const day = scope.deserialize(bytes);
      result.orInPlace(day);
      scope.release(day).dispose();
    }
    return scope.release(result);
  }

  private async fromEvents(event: string, window: ResolvedWindow, within: Bitmap | null): Promise<Bitmap> {
    const bindings = new Bindings();
    const persons =
      within === null ? 'AND ordinal IS NOT NULL' : `AND ordinal = ANY(${bindings.bind(within.toArray())}::int[])`;
    const text = `SELECT array_agg(ordinal) FROM (
        SELECT DISTINCT ordinal FROM event
        WHERE project_id = ${bindings.bind(this.projectId)} AND event = ${bindings.bind(event)}
          AND "timestamp" >= ${bindings.bind(window.from.toString())}::timestamptz
          AND "timestamp" < ${bindings.bind(window.to.toString())}::timestamptz ${persons}
      ) AS performer GROUP BY ordinal >> 16`;
    const [result] = await readOrdinalSets(this.client, text, bindings.values, 1);
    return result ?? bitmapOf();
  }
}
