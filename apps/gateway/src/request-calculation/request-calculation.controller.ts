import { Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute } from '../openapi/api-routes.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { RequestCalculationHandler } from './request-calculation.handler.js';

@Controller('api/projects/:project_id/cohorts/:id/calculate')
@UseGuards(ApiKeyGuard)
export class RequestCalculationController {
  constructor(@Inject(RequestCalculationHandler) private readonly handler: RequestCalculationHandler) {}

  @Post()
  @HttpCode(202)
  @RequireScopes('cohort:write')
  @ApiOperation({ operationId: 'calculateCohort', summary: 'Asks for a new version of the members now.' })
  @CohortRoute(['cohort:write'])
  @ApiAcceptedResponse({ type: CohortResponse })
  async calculate(@Granted() access: Access, @Param('id') id: string): Promise<Shape<CohortResponse>> {
    return presentCohort(await this.handler.request(access, readId(id)));
  }
}
