import { applyDecorators, Controller, Inject, Param, Patch, Put, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import { JsonBody, type JsonObject } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute } from '../openapi/api-routes.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { UpdateCohortHandler } from './update-cohort.handler.js';
import { UpdateCohortRequest } from './update-cohort.request.js';

/** PUT obeys the same rules as PATCH. */
function EditRoute(operationId: string) {
  return applyDecorators(
    RequireScopes('cohort:write'),
    ApiOperation({
      operationId,
      summary: 'Edits, deletes or restores a cohort; every edit of a dynamic cohort calculates it again.',
    }),
    CohortRoute(['cohort:write']),
    ApiBody({ type: UpdateCohortRequest }),
    ApiOkResponse({ type: CohortResponse }),
    ApiPayloadTooLargeResponse({ type: ErrorResponse }),
    ApiUnsupportedMediaTypeResponse({ type: ErrorResponse }),
  );
}

@Controller('api/projects/:project_id/cohorts/:id')
@UseGuards(ApiKeyGuard)
export class UpdateCohortController {
  constructor(@Inject(UpdateCohortHandler) private readonly handler: UpdateCohortHandler) {}

  @Patch()
  @EditRoute('updateCohort')
  async patch(@Granted() access: Access, @Param('id') id: string, @JsonBody() body: JsonObject) {
    return this.update(access, id, body);
  }

  @Put()
  @EditRoute('replaceCohort')
  async put(@Granted() access: Access, @Param('id') id: string, @JsonBody() body: JsonObject) {
    return this.update(access, id, body);
  }

  private async update(access: Access, id: string, body: JsonObject): Promise<Shape<CohortResponse>> {
    return presentCohort(await this.handler.update(access, readId(id), body));
  }
}
