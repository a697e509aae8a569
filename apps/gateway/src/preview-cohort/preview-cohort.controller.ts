import { Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute } from '../openapi/api-routes.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { presentPerson } from '../present-person/present-person.js';
import { PreviewCohortHandler } from './preview-cohort.handler.js';
import { PreviewCohortRequest } from './preview-cohort.request.js';
import { CohortPreviewResponse } from './preview-cohort.response.js';
import { readPreview } from './read-preview.js';

const NOTE =
  'as_of moves the now of the evaluation: windows, periods and relative dates are counted from there, and events dated inside them ' +
  'count whenever they came in. Persons, their properties and merges, who is there at all, and the members of referenced cohorts ' +
  'are as they are today.';

@Controller('api/projects/:project_id/cohorts/preview')
@UseGuards(ApiKeyGuard)
export class PreviewCohortController {
  constructor(@Inject(PreviewCohortHandler) private readonly handler: PreviewCohortHandler) {}

  @Post()
  @HttpCode(200)
  @RequireScopes('cohort:read', 'person:read')
  @ApiOperation({
    operationId: 'previewCohort',
    summary: 'Who would be in a cohort, now or at another instant; stores nothing.',
  })
  @ProjectRoute(['cohort:read', 'person:read'])
  @ApiBody({ type: PreviewCohortRequest })
  @ApiOkResponse({ type: CohortPreviewResponse })
  @ApiPayloadTooLargeResponse({ type: ErrorResponse })
  @ApiUnsupportedMediaTypeResponse({ type: ErrorResponse })
  async preview(@Granted() access: Access, @JsonBody() body: JsonObject): Promise<Shape<CohortPreviewResponse>> {
    const startedAt = performance.now();
    const preview = readPreview(body);
    const { at, count, sample, leaves } = await this.handler.preview(access.projectId, preview);
    return {
      count,
      sample: sample.map(presentPerson),
      leaves: [...leaves],
      duration_ms: Math.round(performance.now() - startedAt),
      at: at.toISOString(),
      note: preview.asOf === undefined ? null : NOTE,
    };
  }
}
