import { Controller, Get, Inject, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { listLinks } from '../http/page-links.js';
import type { Shape } from '../http/shape.js';
import { INT4, ProjectRoute, QueryPage } from '../openapi/api-routes.js';
import { presentCohort } from '../present-cohort/present-cohort.js';
import { CohortListResponse, type ListedCohortResponse, NOT_BASIC } from './cohort-list.response.js';
import { findCohorts, type ListedRow } from './find-cohorts.js';
import { MAX_LIMIT, readListQuery } from './read-list-query.js';

@Controller('api/projects/:project_id/cohorts')
@UseGuards(ApiKeyGuard)
export class ListCohortsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({
    operationId: 'listCohorts',
    summary: 'The cohorts that are not deleted, newest first; in a search the best match first.',
  })
  @ProjectRoute(['cohort:read'])
  @QueryPage(MAX_LIMIT)
  @ApiQuery({ name: 'type', required: false, description: '`static` or `dynamic`; anything else is ignored.' })
  @ApiQuery({ name: 'created_by_id', required: false, schema: INT4 })
  @ApiQuery({
    name: 'search',
    required: false,
    schema: { type: 'string', maxLength: 200 },
    description: 'Part of a name; when no name contains it, names like it.',
  })
  @ApiQuery({
    name: 'hide_behavioral_cohorts',
    required: false,
    schema: { type: 'boolean' },
    description: 'Leaves out dynamic cohorts that ask for events, themselves or by their references.',
  })
  @ApiQuery({
    name: 'basic',
    required: false,
    schema: { type: 'boolean' },
    description: `Leaves ${NOT_BASIC.join(', ')} out of each row.`,
  })
  @ApiOkResponse({ type: CohortListResponse })
  async list(@Granted() access: Access, @Req() request: FastifyRequest): Promise<Shape<CohortListResponse>> {
    const query = readListQuery(request);
    const { count, rows } = await findCohorts(this.database.pool, access.projectId, query);
    const results = rows.map((row) => presentListed(row, query.isBasic));
    return { count, ...listLinks(request, query.page, count), results };
  }
}

function presentListed(row: ListedRow, isBasic: boolean): Shape<ListedCohortResponse> {
  const { filters, query, groups, ...basic } = presentCohort(row);
  const match = row.search_match_type === undefined ? {} : { search_match_type: row.search_match_type };
  return isBasic ? { ...basic, ...match } : { ...basic, filters, query, groups, ...match };
}
