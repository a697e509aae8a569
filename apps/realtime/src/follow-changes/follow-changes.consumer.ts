import { setTimeout as sleep } from 'node:timers/promises';

import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type PersonChanged, TOPICS } from '#contracts';
import { ok, OnBatch, type Outcome, type ReceivedMessage } from '#messaging';

import type { RealtimeConfig } from '../config.js';
import { REALTIME_CONFIG } from '../config-token.js';
import { FollowChangesHandler } from './follow-changes.handler.js';

/** Those of all partitions go together, so that a batch grows with the load and its price is shared. */
const MAX_BATCH = 200;

/** person.changed → members of live cohorts. */
@Controller()
export class FollowChangesConsumer {
  constructor(
    @Inject(FollowChangesHandler) private readonly handler: FollowChangesHandler,
    @Inject(REALTIME_CONFIG) private readonly config: Pick<RealtimeConfig, 'batchEveryMs'>,
  ) {}

  @OnBatch(TOPICS.personChanged, { maxBatch: MAX_BATCH })
  async handle(@Payload() messages: ReceivedMessage<PersonChanged>[]): Promise<Outcome | readonly Outcome[]> {
    const startedAt = performance.now();
    await this.handler.follow(messages.map(({ value }) => value));
    await this.rest(startedAt, messages);
    return ok();
  }

  /** What is done is readable already. A change out of the blue is never kept waiting: only what comes right after it gathers. */
  private async rest(startedAt: number, [first]: readonly ReceivedMessage<PersonChanged>[]): Promise<void> {
    const left = this.config.batchEveryMs - (performance.now() - startedAt);
    if (left > 0 && first?.signal.aborted === false) {
      await sleep(left);
    }
  }
}
