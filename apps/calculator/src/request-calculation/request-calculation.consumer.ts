import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type CohortCreated, TOPICS } from '#contracts';
import { drop, ok, OnMessage, type Outcome, type ReceivedMessage } from '#messaging';

import { RequestCalculationHandler } from './request-calculation.handler.js';

/** cohort.created → the calculation of its first version. */
@Controller()
export class RequestCalculationConsumer {
  constructor(@Inject(RequestCalculationHandler) private readonly handler: RequestCalculationHandler) {}

  @OnMessage(TOPICS.cohortCreated)
  async handle(@Payload() message: ReceivedMessage<CohortCreated>): Promise<Outcome> {
    const { project_id, cohort_id, pending_version, is_static } = message.value;
    if (is_static) {
      return drop('a static cohort is not calculated');
    }
    await this.handler.request({
      messageId: message.id,
      projectId: project_id,
      cohortId: cohort_id,
      version: pending_version,
    });
    return ok();
  }
}
