import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type CapturedEvent, TOPICS } from '#contracts';
import { OnBatch, type Outcome, type ReceivedMessage } from '#messaging';

import { IngestEventsHandler } from './ingest-events.handler.js';

/** Enough to share the price of a commit, few enough to stay small in memory and short in locks. */
const MAX_BATCH = 5000;

@Controller()
export class IngestEventsConsumer {
  constructor(@Inject(IngestEventsHandler) private readonly handler: IngestEventsHandler) {}

  @OnBatch(TOPICS.events, { maxBatch: MAX_BATCH })
  handle(@Payload() batch: ReceivedMessage<CapturedEvent>[]): Promise<Outcome | readonly Outcome[]> {
    return this.handler.handle(batch);
  }
}
