import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type CohortCreated, type CohortUpdated, TOPICS } from '#contracts';
import { drop, ok, OnMessage, type Outcome, type ReceivedMessage } from '#messaging';

import { RequestCalculationHandler } from './request-calculation.handler.js';

/**
 * cohort.created, cohort.updated → the calculation of the version they wait for. `cohort.deleted` needs nothing here: the members left
 * in the transaction of the delete, and a run under way gives up at its flip.
 */
@Controller()
export class RequestCalculationConsumer {
  constructor(@Inject(RequestCalculationHandler) private readonly handler: RequestCalculationHandler) {}

  @OnMessage(TOPICS.cohortCreated)
  async created(@Payload() message: ReceivedMessage<CohortCreated>): Promise<Outcome> {
    return this.request(message, message.value.pending_version);
  }

  @OnMessage(TOPICS.cohortUpdated)
  async updated(@Payload() message: ReceivedMessage<CohortUpdated>): Promise<Outcome> {
    const { pending_version } = message.value;
    return pending_version == null ? drop('nobody asks for a version') : this.request(message, pending_version);
  }

  private async request(message: ReceivedMessage<CohortCreated | CohortUpdated>, version: number): Promise<Outcome> {
    const { project_id, cohort_id } = message.value;
    await this.handler.request({ messageId: message.id, projectId: project_id, cohortId: cohort_id, version });
    return ok();
  }
}
