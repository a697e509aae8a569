import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';

import { MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { OutboxModule } from '#outbox';
import { PersistenceModule } from '#persistence';

import { AddPersonsController } from './add-persons/add-persons.controller.js';
import { AddPersonsHandler } from './add-persons/add-persons.handler.js';
import { ProjectSnapshots } from './ask-evaluator/project-snapshots.js';
import { ApiKeyGuard } from './authenticate/api-key.guard.js';
import { ApiKeyRepository } from './authenticate/api-key.repository.js';
import { CaptureEventsController } from './capture-events/capture-events.controller.js';
import { CaptureEventsHandler } from './capture-events/capture-events.handler.js';
import { ProjectTokenRepository } from './capture-events/project-token.repository.js';
import type { GatewayConfig } from './config.js';
import { GATEWAY_CONFIG } from './config-token.js';
import { CreateActionController } from './create-action/create-action.controller.js';
import { CreateCohortController } from './create-cohort/create-cohort.controller.js';
import { CreateCohortHandler } from './create-cohort/create-cohort.handler.js';
import { DeletePersonController } from './delete-person/delete-person.controller.js';
import { DeletePersonPropertyController } from './delete-person-property/delete-person-property.controller.js';
import { DuplicateCohortController } from './duplicate-cohort/duplicate-cohort.controller.js';
import { DuplicateCohortHandler } from './duplicate-cohort/duplicate-cohort.handler.js';
import { ExplainCohortController } from './explain-cohort/explain-cohort.controller.js';
import { ExplainCohortHandler } from './explain-cohort/explain-cohort.handler.js';
import { FindUsesController } from './find-uses/find-uses.controller.js';
import { FLAG_CONTROLLERS, FLAG_PROVIDERS } from './flag-parts.js';
import { GetActionController } from './get-action/get-action.controller.js';
import { GetCohortController } from './get-cohort/get-cohort.controller.js';
import { GetPersonController } from './get-person/get-person.controller.js';
import { ErrorEnvelopeFilter } from './http/error-envelope.filter.js';
import { ListActionsController } from './list-actions/list-actions.controller.js';
import { ListActivityController } from './list-activity/list-activity.controller.js';
import { ListCalculationsController } from './list-calculations/list-calculations.controller.js';
import { ListCohortPersonsController } from './list-cohort-persons/list-cohort-persons.controller.js';
import { ListCohortPersonsHandler } from './list-cohort-persons/list-cohort-persons.handler.js';
import { ListCohortsController } from './list-cohorts/list-cohorts.controller.js';
import { ListPersonCohortsController } from './list-person-cohorts/list-person-cohorts.controller.js';
import { ListPersonsController } from './list-persons/list-persons.controller.js';
import { LookupMembershipController } from './lookup-membership/lookup-membership.controller.js';
import { PreviewCohortController } from './preview-cohort/preview-cohort.controller.js';
import { PreviewCohortHandler } from './preview-cohort/preview-cohort.handler.js';
import { MembershipReader } from './read-membership/membership-reader.js';
import { RemovePersonController } from './remove-person/remove-person.controller.js';
import { RemovePersonHandler } from './remove-person/remove-person.handler.js';
import { ListImportRowsController } from './report-imports/list-import-rows.controller.js';
import { ListImportsController } from './report-imports/list-imports.controller.js';
import { RequestCalculationController } from './request-calculation/request-calculation.controller.js';
import { RequestCalculationHandler } from './request-calculation/request-calculation.handler.js';
import { PersonEvents } from './send-person-event/person-events.js';
import { UpdateCohortController } from './update-cohort/update-cohort.controller.js';
import { UpdateCohortHandler } from './update-cohort/update-cohort.handler.js';
import { UpdatePersonController } from './update-person/update-person.controller.js';
import { UploadCsvHandler } from './upload-csv/upload-csv.handler.js';

const APP = 'gateway';

const CONTROLLERS = [
  CreateCohortController,
  PreviewCohortController,
  ExplainCohortController,
  ListCohortsController,
  GetCohortController,
  UpdateCohortController,
  AddPersonsController,
  RemovePersonController,
  DuplicateCohortController,
  RequestCalculationController,
  ListCalculationsController,
  ListActivityController,
  FindUsesController,
  ListImportsController,
  ListImportRowsController,
  ListCohortPersonsController,
  ListPersonsController,
  LookupMembershipController,
  ListPersonCohortsController,
  GetPersonController,
  UpdatePersonController,
  DeletePersonPropertyController,
  DeletePersonController,
  CreateActionController,
  ListActionsController,
  GetActionController,
  CaptureEventsController,
  ...FLAG_CONTROLLERS,
];

const PROVIDERS: Provider[] = [
  ProjectSnapshots,
  PreviewCohortHandler,
  ExplainCohortHandler,
  ApiKeyRepository,
  ApiKeyGuard,
  CreateCohortHandler,
  UpdateCohortHandler,
  AddPersonsHandler,
  RemovePersonHandler,
  DuplicateCohortHandler,
  RequestCalculationHandler,
  UploadCsvHandler,
  ListCohortPersonsHandler,
  ProjectTokenRepository,
  MembershipReader,
  PersonEvents,
  CaptureEventsHandler,
  ...FLAG_PROVIDERS,
  { provide: APP_FILTER, useClass: ErrorEnvelopeFilter },
];

/** The HTTP API. Kafka is needed for capture only: cohorts are written together with their news, which the relay sends later. */
@Module({})
export class GatewayModule {
  static register(config: GatewayConfig): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        ObservabilityModule.register({ app: APP, form: config.log, level: config.logLevel }),
        PersistenceModule.register({ url: config.databaseUrl, poolSize: config.databasePoolSize, app: APP }),
        MessagingModule.register({ clientId: APP, brokers: config.kafkaBrokers, topicPrefix: config.kafkaTopicPrefix }),
        OutboxModule.register({ leaseMs: config.outboxLeaseMs }),
      ],
      controllers: CONTROLLERS,
      providers: [{ provide: GATEWAY_CONFIG, useValue: config }, ...PROVIDERS],
    };
  }
}
