import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute } from '../openapi/api-routes.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { findCohort } from './find-cohort.js';

@Controller('api/projects/:project_id/cohorts/:id')
@UseGuards(ApiKeyGuard)
export class GetCohortController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({ operationId: 'getCohort', summary: 'One cohort; a deleted one too.' })
  @CohortRoute(['cohort:read'])
  @ApiOkResponse({ type: CohortResponse })
  async get(@Granted() access: Access, @Param('id') id: string): Promise<Shape<CohortResponse>> {
    return presentCohort(await findCohort(this.database.pool, access.projectId, readId(id)));
  }
}
