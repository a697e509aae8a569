import { Controller, Get, Inject, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { listLinks } from '../http/page-links.js';
import { queryFlag, queryText, readPage } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute, QueryPage } from '../openapi/api-routes.js';
import { FlagListResponse } from '../present-flag/flag.response.js';
import { type FlagRow, SELECT_FLAGS } from '../present-flag/flag-row.js';
import { presentFlag } from '../present-flag/present-flag.js';

const MAX_LIMIT = 1000;

/** `%` and `_` of a search mean themselves. */
const LISTED = `
  f.project_id = $1 AND NOT f.deleted AND ($2::boolean IS NULL OR f.active = $2)
  AND ($3 = '' OR strpos(lower(f.key), lower($3)) > 0 OR strpos(lower(f.name), lower($3)) > 0)`;
const COUNT_FLAGS = `SELECT count(*)::int AS count FROM feature_flag f WHERE ${LISTED}`;
const LIST_FLAGS = `${SELECT_FLAGS} WHERE ${LISTED} ORDER BY f.created_at DESC, f.id DESC LIMIT $4 OFFSET $5`;

@Controller('api/projects/:project_id/feature_flags')
@UseGuards(ApiKeyGuard)
export class ListFlagsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('feature_flag:read')
  @ApiOperation({ operationId: 'listFlags', summary: 'The feature flags of a project, newest first.' })
  @ProjectRoute(['feature_flag:read'], 'feature flags')
  @QueryPage(MAX_LIMIT)
  @ApiQuery({ name: 'active', required: false, schema: { type: 'boolean' } })
  @ApiQuery({ name: 'search', required: false, description: 'In key or name, in any letter case.' })
  @ApiOkResponse({ type: FlagListResponse })
  async list(@Granted() access: Access, @Req() request: FastifyRequest): Promise<Shape<FlagListResponse>> {
    const page = readPage(request, MAX_LIMIT);
    const active = queryText(request, 'active') === undefined ? null : queryFlag(request, 'active');
    const listed = [access.projectId, active, queryText(request, 'search')?.trim() ?? ''];
    const { pool } = this.database;
    const [counted, found] = await Promise.all([
      pool.query<{ count: number }>(COUNT_FLAGS, listed),
      pool.query<FlagRow>(LIST_FLAGS, [...listed, page.limit, page.offset]),
    ]);
    const count = counted.rows[0]?.count ?? 0;
    return { count, ...listLinks(request, page, count), results: found.rows.map(presentFlag) };
  }
}
