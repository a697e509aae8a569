import { applyDecorators, Controller, Inject, Param, Patch, Put, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, JsonOrFormRoute } from '../openapi/api-routes.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { isUpload } from '../upload-csv/accept-uploads.js';
import { UpdateCohortForm } from '../upload-csv/cohort-forms.request.js';
import { UploadCsvHandler } from '../upload-csv/upload-csv.handler.js';
import { UpdateCohortHandler } from './update-cohort.handler.js';
import { UpdateCohortRequest } from './update-cohort.request.js';

/** PUT obeys the same rules as PATCH. */
function EditRoute(operationId: string) {
  return applyDecorators(
    RequireScopes('cohort:write'),
    JsonOrFormRoute(
      operationId,
      'Edits, deletes or restores a cohort; every edit of a dynamic cohort calculates it again.',
      { json: UpdateCohortRequest, form: UpdateCohortForm, required: false },
    ),
    CohortRoute(['cohort:write']),
    ApiOkResponse({ type: CohortResponse }),
  );
}

@Controller('api/projects/:project_id/cohorts/:id')
@UseGuards(ApiKeyGuard)
export class UpdateCohortController {
  constructor(
    @Inject(UpdateCohortHandler) private readonly handler: UpdateCohortHandler,
    @Inject(UploadCsvHandler) private readonly uploads: UploadCsvHandler,
  ) {}

  @Patch()
  @EditRoute('updateCohort')
  async patch(
    @Granted() access: Access,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
    @Req() request: FastifyRequest,
  ): Promise<Shape<CohortResponse>> {
    return this.update(access, readId(id), body, request);
  }

  @Put()
  @EditRoute('replaceCohort')
  async put(
    @Granted() access: Access,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
    @Req() request: FastifyRequest,
  ): Promise<Shape<CohortResponse>> {
    return this.update(access, readId(id), body, request);
  }

  private async update(
    access: Access,
    id: number,
    body: JsonObject,
    request: FastifyRequest,
  ): Promise<Shape<CohortResponse>> {
    const updated = isUpload(request)
      ? this.uploads.update(access, id, request)
      : this.handler.update(access, id, body);
    return presentCohort(await updated);
  }
}
