import type { Database } from '#persistence';
import { eventually } from '#testing';

const COUNTED =
  'SELECT project_id, count(*)::int AS count FROM event_seen WHERE project_id = ANY($1::int[]) GROUP BY project_id';
const WITHIN_MS = 60_000;

interface Wish {
  readonly projectId: number;
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Looks for many histories at once whether their events are counted: each looking for itself would keep PostgreSQL busy. */
export class IngestionWatch {
  private wishes: Wish[] = [];
  private isLooking = false;

  constructor(private readonly database: Database) {}

  /** Until `count` different events of the project are counted. @throws when they are not within a minute */
  counted(projectId: number, count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.wishes.push({ projectId, count, resolve, reject });
      if (!this.isLooking) {
        this.isLooking = true;
        void this.look();
      }
    });
  }

  private async look(): Promise<void> {
    while (this.wishes.length > 0) {
      const open = this.wishes.length;
      try {
        await eventually(() => this.grant(open), { withinMs: WITHIN_MS });
      } catch (error) {
        this.wishes.splice(0).forEach(({ reject }) => {
          reject(error);
        });
      }
    }
    this.isLooking = false;
  }

  /** @throws while none of the first `open` wishes is granted, so that it is tried again */
  private async grant(open: number): Promise<void> {
    const { rows } = await this.database.pool.query<{ project_id: number; count: number }>(COUNTED, [
      this.wishes.map(({ projectId }) => projectId),
    ]);
    const counts = new Map(rows.map((row) => [row.project_id, row.count]));
    const isGranted = ({ projectId, count }: Wish) => (counts.get(projectId) ?? 0) >= count;
    const granted = this.wishes.filter(isGranted);
    this.wishes = this.wishes.filter((wish) => !isGranted(wish));
    granted.forEach(({ resolve }) => {
      resolve();
    });
    if (granted.length === 0) {
      const waiting = this.wishes.map(
        ({ projectId, count }) => `project ${projectId}: ${counts.get(projectId) ?? 0} of ${count}`,
      );
      throw new Error(`${open} histories wait for their events to be counted: ${waiting.join(', ')}`);
    }
  }
}
