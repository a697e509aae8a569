import { Controller, Inject, Post, Req, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { JsonOrFormRoute, ProjectRoute } from '../openapi/api-routes.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { isUpload } from '../upload-csv/accept-uploads.js';
import { CreateCohortForm } from '../upload-csv/cohort-forms.request.js';
import { UploadCsvHandler } from '../upload-csv/upload-csv.handler.js';
import { CreateCohortHandler } from './create-cohort.handler.js';
import { CreateCohortRequest } from './create-cohort.request.js';
import { readNewCohort } from './read-new-cohort.js';

const BODY = { json: CreateCohortRequest, form: CreateCohortForm, required: true };

@Controller('api/projects/:project_id/cohorts')
@UseGuards(ApiKeyGuard)
export class CreateCohortController {
  constructor(
    @Inject(CreateCohortHandler) private readonly handler: CreateCohortHandler,
    @Inject(UploadCsvHandler) private readonly uploads: UploadCsvHandler,
  ) {}

  @Post()
  @RequireScopes('cohort:write')
  @JsonOrFormRoute('createCohort', 'Creates a cohort; its members are calculated a moment later.', BODY)
  @ProjectRoute(['cohort:write'])
  @ApiCreatedResponse({ type: CohortResponse })
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
