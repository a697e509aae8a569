import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

import { type CohortCsvUploaded, TOPICS } from '#contracts';
import { drop, ok, OnMessage, type Outcome, type ReceivedMessage } from '#messaging';

import { RequestImportHandler } from './request-import.handler.js';

/** cohort.csv.uploaded → the import of that file. */
@Controller()
export class RequestImportConsumer {
  constructor(@Inject(RequestImportHandler) private readonly handler: RequestImportHandler) {}

  @OnMessage(TOPICS.cohortCsvUploaded)
  async handle(@Payload() message: ReceivedMessage<CohortCsvUploaded>): Promise<Outcome> {
    const { project_id, cohort_id, import_id } = message.value;
    const isKnown = await this.handler.request({ projectId: project_id, cohortId: cohort_id, importId: import_id });
    return isKnown ? ok() : drop('there is no such import');
  }
}
