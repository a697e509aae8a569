import { setTimeout as sleep } from 'node:timers/promises';

import { failPoint } from '#observability';
import { type Database, isDeadlock, StaticLists } from '#persistence';

import { BatchOrdinals } from './batch-ordinals.js';
import type { IncomingEvent } from './incoming-event.js';
import { type BatchReport, ingestBatch } from './ingest-batch.js';
import { OrdinalBlocks } from './ordinal-blocks.js';
import type { ProjectDirectory } from './project-directory.js';
import { RestartBatch } from './restart-batch.js';

/** Lost races in a row after which the consumer's own, slower retry takes over. */
const MAX_ATTEMPTS = 20;
/** Doubles up to this; the winner of a race needs about one batch's time. */
const MAX_PAUSE_MS = 500;

export interface EventStoreParts {
  readonly database: Database;
  readonly projects: ProjectDirectory;
  readonly onRestart: (reason: string) => void;
}

/** Stores batches of events, each in one transaction, until it commits or fails for a reason of its own. */
export class EventStore {
  private readonly blocks: OrdinalBlocks;
  private readonly lists = new StaticLists();

  constructor(private readonly parts: EventStoreParts) {
    this.blocks = new OrdinalBlocks(parts.database);
  }

  /**
   * @param events of known projects, in the order that counts per distinct id
   * @throws RestartBatch or the database's error when races do not end; nothing is stored then
   */
  async store(events: readonly IncomingEvent[]): Promise<BatchReport> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(events);
      } catch (error) {
        const reason = lostRace(error);
        if (reason === undefined || attempt === MAX_ATTEMPTS) {
          // Whoever answers next may be a replica that took over and has lost commits.
          this.lists.clear();
          throw error;
        }
        this.parts.onRestart(reason);
        await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 5 * 2 ** attempt));
      }
    }
  }

  private async attempt(events: readonly IncomingEvent[]): Promise<BatchReport> {
    const { projects } = this.parts;
    const ordinals = new BatchOrdinals(this.blocks);
    try {
      const { report, timezones } = await this.commit(events, ordinals);
      failPoint('ingestion.after_commit');
      projects.settle(timezones);
      return report;
    } finally {
      ordinals.giveBack();
    }
  }

  private commit(events: readonly IncomingEvent[], ordinals: BatchOrdinals) {
    const { database, projects } = this.parts;
    return database.transaction(async (transaction) => {
      const timezones = await projects.fixTimezones(transaction, new Set(events.map(({ projectId }) => projectId)));
      const report = await ingestBatch(transaction, events, { timezones, ordinals, lists: this.lists });
      failPoint('ingestion.before_commit');
      ordinals.keep();
      return { report, timezones };
    });
  }
}

function lostRace(error: unknown): string | undefined {
  if (error instanceof RestartBatch) {
    return error.reason;
  }
  return isDeadlock(error) ? 'deadlock' : undefined;
}
