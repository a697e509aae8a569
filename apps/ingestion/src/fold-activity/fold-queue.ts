import type { BatchReport } from '../ingest-events/ingest-batch.js';

/** A set of small bitmaps that one row could hold. */
export type FoldGroup =
  | {
      readonly table: 'activity';
      readonly projectId: number;
      readonly event: string;
      readonly day: string;
      readonly chunk: number;
    }
  | { readonly table: 'person_presence'; readonly projectId: number; readonly kind: string; readonly chunk: number };

/** So many rows of a group are worth folding at once: every later reader ORs one row instead. */
const MANY_ROWS = 16;
/** A group that got nothing for so long will not soon: its last few rows are folded too. */
const QUIET_MS = 60_000;
/** A bound on memory; what is forgotten here the sweep over the tables finds. */
const MAX_GROUPS = 100_000;

interface Entry {
  readonly group: FoldGroup;
  rows: number;
  lastMs: number;
}

/** Remembers what this process appended, so that the compactor need not search the tables. */
export class FoldQueue {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  add({ activity, presence }: Pick<BatchReport, 'activity' | 'presence'>): void {
    for (const { projectId, event, day, chunk } of activity) {
      this.note({ table: 'activity', projectId, event, day, chunk }, 1);
    }
    for (const { projectId, kind, chunk } of presence) {
      this.note({ table: 'person_presence', projectId, kind, chunk }, 1);
    }
  }

  /** For groups found in the tables: due at once. */
  addDue(groups: readonly FoldGroup[]): void {
    for (const group of groups) {
      this.note(group, MANY_ROWS);
    }
  }

  /** Removes and gives back groups worth folding, at most `limit`. */
  takeDue(limit: number): FoldGroup[] {
    const quietSince = this.nowMs() - QUIET_MS;
    const due: FoldGroup[] = [];
    for (const [key, entry] of this.entries) {
      if (due.length === limit) {
        break;
      }
      if (entry.rows >= MANY_ROWS || entry.lastMs <= quietSince) {
        due.push(entry.group);
        this.entries.delete(key);
      }
    }
    return due;
  }

  private note(group: FoldGroup, rows: number): void {
    const key = Object.values(group).join('\t');
    const entry = this.entries.get(key);
    if (entry !== undefined) {
      entry.rows += rows;
      entry.lastMs = this.nowMs();
    } else if (this.entries.size < MAX_GROUPS) {
      this.entries.set(key, { group, rows, lastMs: this.nowMs() });
    }
  }
}
