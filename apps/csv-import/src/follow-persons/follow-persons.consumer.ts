import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type PersonChanged, TOPICS } from '#contracts';
import { ok, OnBatch, type Outcome, type ReceivedMessage } from '#messaging';

import { FollowPersonsHandler } from './follow-persons.handler.js';

/** person.changed → persons for whose ids an import has waited. */
@Controller()
export class FollowPersonsConsumer {
  constructor(@Inject(FollowPersonsHandler) private readonly handler: FollowPersonsHandler) {}

  @OnBatch(TOPICS.personChanged)
  async handle(@Payload() messages: ReceivedMessage<PersonChanged>[]): Promise<Outcome | readonly Outcome[]> {
    await this.handler.follow(
      messages.flatMap(({ value }) => value.persons.map(({ ordinal }) => ({ projectId: value.project_id, ordinal }))),
    );
    return ok();
  }
}
