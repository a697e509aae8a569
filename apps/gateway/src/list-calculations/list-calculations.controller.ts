import { Controller, Get, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { readId } from '../http/read-id.js';
import { type Page, readPage } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, QueryPage } from '../openapi/api-routes.js';
import { CohortCalculationListResponse } from './calculation.response.js';
import { readCalculations } from './read-calculations.js';

const MAX_LIMIT = 1000;

@Controller('api/projects/:project_id/cohorts/:id/calculation_history')
@UseGuards(ApiKeyGuard)
export class ListCalculationsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({ operationId: 'listCalculations', summary: 'The calculations of a cohort, newest first.' })
  @CohortRoute(['cohort:read'])
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: CohortCalculationListResponse })
  async list(
    @Granted() access: Access,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<Shape<CohortCalculationListResponse>> {
    const ids = { projectId: access.projectId, cohortId: readId(id) };
    const page = readPage(request, MAX_LIMIT);
    await findCohort(this.database.pool, ids.projectId, ids.cohortId);
    const { count, results } = await readCalculations(this.database.pool, ids, page);
    return { results, count, ...relativeLinks(page, count) };
  }
}

/** PostHog answers query strings here, not URLs. */
function relativeLinks({ limit, offset }: Page, count: number): { next: string | null; previous: string | null } {
  const at = (start: number) => `?limit=${limit}&offset=${start}`;
  return {
    next: offset + limit < count ? at(offset + limit) : null,
    previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
  };
}
