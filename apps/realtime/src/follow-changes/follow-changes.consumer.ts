import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type PersonChanged, TOPICS } from '#contracts';
import { ok, OnBatch, type Outcome, type ReceivedMessage } from '#messaging';

import { FollowChangesHandler } from './follow-changes.handler.js';

/** Those of all partitions go together, so that a batch grows with the load and its price is shared. */
const MAX_BATCH = 200;

/** person.changed → members of live cohorts. */
@Controller()
export class FollowChangesConsumer {
  constructor(@Inject(FollowChangesHandler) private readonly handler: FollowChangesHandler) {}

  @OnBatch(TOPICS.personChanged, { maxBatch: MAX_BATCH })
  async handle(@Payload() messages: ReceivedMessage<PersonChanged>[]): Promise<Outcome | readonly Outcome[]> {
    await this.handler.follow(messages.map(({ value }) => value));
    return ok();
  }
}
