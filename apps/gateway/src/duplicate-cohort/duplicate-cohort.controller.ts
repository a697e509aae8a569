import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute } from '../openapi/api-routes.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { DuplicateCohortHandler } from './duplicate-cohort.handler.js';

@Controller('api/projects/:project_id/cohorts/:id/duplicate_as_static_cohort')
@UseGuards(ApiKeyGuard)
export class DuplicateCohortController {
  constructor(@Inject(DuplicateCohortHandler) private readonly handler: DuplicateCohortHandler) {}

  /** A GET that writes: PostHog's clients call it so. */
  @Get()
  @RequireScopes('cohort:write')
  @ApiOperation({
    operationId: 'duplicateAsStaticCohort',
    summary: 'Makes a static cohort of the present members and answers it.',
  })
  @CohortRoute(['cohort:write'])
  @ApiOkResponse({ type: CohortResponse })
  async duplicate(@Granted() access: Access, @Param('id') id: string): Promise<Shape<CohortResponse>> {
    return presentCohort(await this.handler.duplicate(access, readId(id)));
  }
}
