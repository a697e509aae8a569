import { Inject, Injectable } from '@nestjs/common';

import { eventKey, TOPICS } from '#contracts';
import { MessageProducer } from '#messaging';
import { Metrics } from '#observability';

import { invalid } from '../http/api-error.js';
import type { Shape } from '../http/shape.js';
import type { CaptureResponse } from './capture.response.js';
import { type EventRefusal, EventRefused } from './event-refusal.js';
import type { CaptureRequest } from './interpret-body.js';
import { type CompleteEvent, normaliseEvent, type Receipt } from './normalise-event.js';
import { ProjectTokenRepository } from './project-token.repository.js';

/** Above this size of a body, one of its events may exceed a Kafka record. */
const LARGE_BODY_BYTES = 800_000;
/** SDKs give up on a request after 10 s; they must see the 503 before. */
const BROKER_TIMEOUT_MS = 5_000;
const MAX_DROPPED_SHOWN = 100;

export interface Arrival {
  readonly request: CaptureRequest;
  readonly receivedAt: Date;
  readonly isSuspect: boolean;
  readonly bytes: number;
}

interface Dropped {
  readonly index: number;
  readonly refusal: EventRefusal;
}

/** Takes events in: answers only after the brokers have them. */
@Injectable()
export class CaptureEventsHandler {
  private readonly events;

  constructor(
    @Inject(ProjectTokenRepository) private readonly projects: ProjectTokenRepository,
    @Inject(MessageProducer) private readonly producer: MessageProducer,
    @Inject(Metrics) metrics: Metrics,
  ) {
    const help = 'Events that SDKs sent, by what became of them.';
    this.events = metrics.counter('muster_gateway_captured_events_total', help, ['result', 'reason']);
  }

  /** @throws ApiError 400 for a single event that is broken, 401 for an unknown token; BrokerUnavailableError while Kafka is away */
  async capture(arrival: Arrival): Promise<Shape<CaptureResponse>> {
    const receipt = { ...arrival, ...(await this.receiptOf(arrival)) };
    const { complete, dropped } = normaliseAll(arrival.request.events, receipt);
    this.countDropped(dropped);
    refuseSingle(arrival.request, dropped);
    await this.producer.send(TOPICS.events, complete.map(recordOf), { timeoutMs: BROKER_TIMEOUT_MS });
    this.events.inc({ result: 'accepted', reason: '' }, complete.length);
    return {
      status: 'Ok',
      accepted: complete.length,
      dropped_count: dropped.length,
      dropped: dropped.slice(0, MAX_DROPPED_SHOWN).map(({ index, refusal }) => ({ index, reason: refusal.reason })),
    };
  }

  private async receiptOf({ request, receivedAt, isSuspect, bytes }: Arrival): Promise<Receipt> {
    const projectId = await this.projects.require(request.token);
    return { projectId, receivedAt, sentAt: request.sentAt, isSuspect, isLarge: bytes > LARGE_BODY_BYTES };
  }

  private countDropped(dropped: readonly Dropped[]): void {
    for (const { refusal } of dropped) {
      this.events.inc({ result: 'dropped', reason: refusal.reason });
    }
  }
}

function normaliseAll(events: readonly unknown[], receipt: Receipt): { complete: CompleteEvent[]; dropped: Dropped[] } {
  const complete: CompleteEvent[] = [];
  const dropped: Dropped[] = [];
  events.forEach((event, index) => {
    try {
      complete.push(normaliseEvent(event, receipt));
    } catch (error) {
      if (!(error instanceof EventRefused)) {
        throw error;
      }
      dropped.push({ index, refusal: error.refusal });
    }
  });
  return { complete, dropped };
}

function refuseSingle(request: CaptureRequest, dropped: readonly Dropped[]): void {
  const [first] = dropped;
  if (request.isSingle && first !== undefined) {
    throw invalid(first.refusal.attr, first.refusal.detail, first.refusal.reason);
  }
}

function recordOf(event: CompleteEvent) {
  return { id: event.uuid, key: eventKey(event.project_id, event.distinct_id), value: event };
}
