import type { CapturedEvent } from '#contracts';
import { deadLetter, drop, ok, type Outcome, type ReceivedMessage } from '#messaging';
import type { Metrics } from '#observability';

import type { FoldQueue } from '../fold-activity/fold-queue.js';
import { INGESTION_METRICS } from '../ingestion-metrics.js';
import type { EventStore } from './event-store.js';
import type { IncomingEvent } from './incoming-event.js';
import type { BatchReport } from './ingest-batch.js';
import type { ProjectDirectory } from './project-directory.js';
import { RefusedEvent, sortOutMessage } from './sort-out-message.js';

export interface IngestEventsParts {
  readonly store: EventStore;
  readonly projects: ProjectDirectory;
  readonly folds: FoldQueue;
  readonly metrics: Metrics;
  /** Called after a commit that left messages in the outbox. */
  readonly wakeRelay: () => void;
}

const UNKNOWN_PROJECT = 'unknown project';

/** Events in, facts about persons out; each message is answered on its own, and one bad event costs nobody else anything. */
export class IngestEventsHandler {
  private readonly events;
  private readonly refused;
  private readonly merges;
  private readonly deletions;
  private readonly batchEvents;
  private readonly batchDuration;

  constructor(private readonly parts: IngestEventsParts) {
    const { metrics } = parts;
    this.events = metrics.counter(INGESTION_METRICS.events);
    this.refused = metrics.counter(INGESTION_METRICS.refused);
    this.merges = metrics.counter(INGESTION_METRICS.merges);
    this.deletions = metrics.counter(INGESTION_METRICS.deletions);
    this.batchEvents = metrics.histogram(INGESTION_METRICS.batchEvents);
    this.batchDuration = metrics.histogram(INGESTION_METRICS.batchDuration);
  }

  /** @returns one outcome a message, in order; rejects when nothing was stored and it should be tried again */
  async handle(messages: readonly ReceivedMessage<CapturedEvent>[]): Promise<Outcome[]> {
    const known = await this.parts.projects.findKnown(messages.map(({ value }) => value.project_id));
    const sorted = messages.map((message) =>
      known.has(message.value.project_id) ? sortOutMessage(message) : new RefusedEvent(UNKNOWN_PROJECT),
    );
    const events = sorted.filter((one): one is IncomingEvent => !(one instanceof RefusedEvent));
    if (events.length > 0) {
      await this.store(events);
    }
    return sorted.map((one) => (one instanceof RefusedEvent ? this.refuse(one) : ok()));
  }

  private async store(events: readonly IncomingEvent[]): Promise<void> {
    const stop = this.batchDuration.startTimer();
    const report = await this.parts.store.store(events);
    stop();
    this.parts.wakeRelay();
    this.parts.folds.add(report);
    this.count(events, report);
  }

  private count(events: readonly IncomingEvent[], report: BatchReport): void {
    this.batchEvents.observe(events.length);
    this.events.inc({ outcome: 'counted' }, report.counted);
    this.events.inc({ outcome: 'duplicate' }, events.length - report.counted);
    this.deletions.inc(report.deleted);
    for (const [outcome, count] of report.merges) {
      this.merges.inc({ outcome }, count);
    }
  }

  private refuse({ reason }: RefusedEvent): Outcome {
    if (reason === UNKNOWN_PROJECT) {
      this.events.inc({ outcome: 'unknown_project' });
      return deadLetter(reason);
    }
    this.events.inc({ outcome: 'refused' });
    this.refused.inc({ reason });
    return drop(reason);
  }
}
