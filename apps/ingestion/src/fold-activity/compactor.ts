import type { Metrics } from '#observability';
import type { Database } from '#persistence';

import { INGESTION_METRICS } from '../ingestion-metrics.js';
import { findUnfolded } from './find-unfolded.js';
import { foldGroups } from './fold-groups.js';
import type { FoldGroup, FoldQueue } from './fold-queue.js';

/** Groups folded in one transaction, so that it stays short. */
const GROUPS_AT_ONCE = 200;
/** One round's share: the compactor must not starve ingestion of the pool or the disk. */
const GROUPS_A_ROUND = 2000;

/** Keeps few rows where many small ones were appended. */
export class Compactor {
  constructor(
    private readonly database: Database,
    private readonly queue: FoldQueue,
    private readonly metrics: Metrics,
  ) {}

  /** Folds what is due of what this process wrote. @returns rows folded */
  async foldDue(): Promise<number> {
    let folded = 0;
    for (const groups of byProjectAndTable(this.queue.takeDue(GROUPS_A_ROUND))) {
      folded += await this.fold(groups);
    }
    return folded;
  }

  /** Also takes up what others left behind. */
  async sweep(): Promise<number> {
    this.queue.addDue(await findUnfolded(this.database));
    return this.foldDue();
  }

  private async fold(groups: readonly FoldGroup[]): Promise<number> {
    const folded = await foldGroups(this.database, groups);
    this.metrics.counter(INGESTION_METRICS.foldedRows).inc({ table: groups[0]?.table ?? '' }, folded);
    return folded;
  }
}

function byProjectAndTable(groups: readonly FoldGroup[]): FoldGroup[][] {
  const packs = new Map<string, FoldGroup[]>();
  const full: FoldGroup[][] = [];
  for (const group of groups) {
    const key = `${group.projectId}:${group.table}`;
    const pack = packs.get(key) ?? [];
    packs.set(key, pack);
    pack.push(group);
    if (pack.length === GROUPS_AT_ONCE) {
      full.push(pack);
      packs.delete(key);
    }
  }
  return [...full, ...packs.values()];
}
