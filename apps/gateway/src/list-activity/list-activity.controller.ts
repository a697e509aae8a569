import { applyDecorators, Controller, Get, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { ApiError } from '../http/api-error.js';
import { numberedPageLinks } from '../http/page-links.js';
import { readId } from '../http/read-id.js';
import { readNumberedPage } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, ProjectRoute } from '../openapi/api-routes.js';
import { CohortActivityListResponse } from './activity.response.js';
import { readActivity } from './read-activity.js';

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 10;
const SCOPE = 'activity_log:read';

function QueryNumberedPage() {
  const limit = { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT };
  const page = { type: 'integer', minimum: 1, maximum: Math.floor(2_147_483_647 / MAX_LIMIT), default: 1 };
  return applyDecorators(
    ApiQuery({ name: 'limit', required: false, schema: limit }),
    ApiQuery({ name: 'page', required: false, schema: page }),
  );
}

@Controller('api/projects/:project_id/cohorts')
@UseGuards(ApiKeyGuard)
export class ListActivityController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get('activity')
  @RequireScopes(SCOPE)
  @ApiOperation({ operationId: 'listActivity', summary: 'What was done to the cohorts of the project, newest first.' })
  @ProjectRoute([SCOPE])
  @QueryNumberedPage()
  @ApiOkResponse({ type: CohortActivityListResponse })
  async ofProject(@Granted() access: Access, @Req() request: FastifyRequest) {
    return this.list(access.projectId, null, request);
  }

  @Get(':id/activity')
  @RequireScopes(SCOPE)
  @ApiOperation({ operationId: 'listCohortActivity', summary: 'What was done to a cohort, newest first.' })
  // Above CohortRoute, whose description it replaces.
  @ApiNotFoundResponse({ description: 'An unknown cohort, without a body; an unknown project, with one.' })
  @CohortRoute([SCOPE])
  @QueryNumberedPage()
  @ApiOkResponse({ type: CohortActivityListResponse })
  async ofCohort(
    @Granted() access: Access,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    try {
      const cohort = await findCohort(this.database.pool, access.projectId, readId(id));
      return await this.list(access.projectId, cohort.id, request);
    } catch (error) {
      // PostHog answers an unknown cohort without a body here.
      if (error instanceof ApiError && error.status === 404) {
        void reply.code(404);
        return undefined;
      }
      throw error;
    }
  }

  private async list(
    projectId: number,
    cohortId: number | null,
    request: FastifyRequest,
  ): Promise<Shape<CohortActivityListResponse>> {
    const page = readNumberedPage(request, MAX_LIMIT, DEFAULT_LIMIT);
    const { count, results } = await readActivity(this.database.pool, projectId, cohortId, page);
    const links = numberedPageLinks(request, page, page.offset + page.limit < count);
    return { results, ...links, total_count: count };
  }
}
