import { Controller, Get, Inject, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { pageLinks } from '../http/page-links.js';
import { type Page, readPage, refuseParameters } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute, QueryPage } from '../openapi/api-routes.js';
import { type CohortRow, SELECT_COHORTS } from '../present-cohort/cohort-row.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { CohortListResponse } from './cohort-list.response.js';

const MAX_LIMIT = 1000;
/** Filters of PostHog's list that change its meaning and do not exist here yet. */
const UNSUPPORTED = ['search', 'type', 'created_by_id', 'hide_behavioral_cohorts', 'basic'];

const COUNT_COHORTS = 'SELECT count(*)::int AS count FROM cohort WHERE project_id = $1 AND NOT deleted';
const LIST_COHORTS = `
  ${SELECT_COHORTS} WHERE c.project_id = $1 AND NOT c.deleted
  ORDER BY c.created_at DESC, c.id DESC LIMIT $2 OFFSET $3`;

@Controller('api/projects/:project_id/cohorts')
@UseGuards(ApiKeyGuard)
export class ListCohortsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({ operationId: 'listCohorts', summary: 'The cohorts that are not deleted, newest first.' })
  @ProjectRoute(['cohort:read'])
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: CohortListResponse })
  async list(@Granted() access: Access, @Req() request: FastifyRequest): Promise<Shape<CohortListResponse>> {
    refuseParameters(request, UNSUPPORTED);
    const page = readPage(request, MAX_LIMIT);
    const { count, rows } = await this.read(access.projectId, page);
    return { count, ...pageLinks(request, page, page.offset + page.limit < count), results: rows.map(presentCohort) };
  }

  private async read(projectId: number, page: Page): Promise<{ count: number; rows: CohortRow[] }> {
    const [counted, listed] = await Promise.all([
      this.database.pool.query<{ count: number }>(COUNT_COHORTS, [projectId]),
      this.database.pool.query<CohortRow>(LIST_COHORTS, [projectId, page.limit, page.offset]),
    ]);
    return { count: counted.rows[0]?.count ?? 0, rows: listed.rows };
  }
}
