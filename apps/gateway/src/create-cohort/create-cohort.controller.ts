import { Controller, Inject, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { JsonBody, type JsonObject } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute } from '../openapi/api-routes.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { isUpload } from '../upload-csv/accept-uploads.js';
import { UploadCsvHandler } from '../upload-csv/upload-csv.handler.js';
import { CreateCohortHandler } from './create-cohort.handler.js';
import { CreateCohortRequest } from './create-cohort.request.js';
import { readNewCohort } from './read-new-cohort.js';

@Controller('api/projects/:project_id/cohorts')
@UseGuards(ApiKeyGuard)
export class CreateCohortController {
  constructor(
    @Inject(CreateCohortHandler) private readonly handler: CreateCohortHandler,
    @Inject(UploadCsvHandler) private readonly uploads: UploadCsvHandler,
  ) {}

  @Post()
  @RequireScopes('cohort:write')
  @ApiOperation({
    operationId: 'createCohort',
    summary: 'Creates a cohort; its members are calculated a moment later.',
  })
  @ProjectRoute(['cohort:write'])
  @ApiConsumes('application/json', 'multipart/form-data')
  @ApiBody({ type: CreateCohortRequest })
  @ApiCreatedResponse({ type: CohortResponse })
  @ApiPayloadTooLargeResponse({ type: ErrorResponse })
  @ApiUnsupportedMediaTypeResponse({ type: ErrorResponse })
  async create(
    @Granted() access: Access,
    @JsonBody() body: JsonObject,
    @Req() request: FastifyRequest,
  ): Promise<Shape<CohortResponse>> {
    const created = isUpload(request)
      ? this.uploads.create(access, request)
      : this.handler.create(access, readNewCohort(body));
    return presentCohort(await created);
  }
}
