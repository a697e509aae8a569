import { Controller, Get, Inject, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { listLinks } from '../http/page-links.js';
import { readPage } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute, QueryPage } from '../openapi/api-routes.js';
import { ActionListResponse } from '../present-action/action.response.js';
import { type ActionRow, SELECT_ACTIONS } from '../present-action/action-row.js';
import { presentAction } from '../present-action/present-action.js';

const MAX_LIMIT = 1000;

const COUNT_ACTIONS = 'SELECT count(*)::int AS count FROM action WHERE project_id = $1';
const LIST_ACTIONS = `${SELECT_ACTIONS} WHERE a.project_id = $1 ORDER BY a.id DESC LIMIT $2 OFFSET $3`;

@Controller('api/projects/:project_id/actions')
@UseGuards(ApiKeyGuard)
export class ListActionsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('action:read')
  @ApiOperation({ operationId: 'listActions', summary: 'The actions of a project, newest first.' })
  @ProjectRoute(['action:read'], 'actions')
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: ActionListResponse })
  async list(@Granted() access: Access, @Req() request: FastifyRequest): Promise<Shape<ActionListResponse>> {
    const page = readPage(request, MAX_LIMIT);
    const { pool } = this.database;
    const [counted, listed] = await Promise.all([
      pool.query<{ count: number }>(COUNT_ACTIONS, [access.projectId]),
      pool.query<ActionRow>(LIST_ACTIONS, [access.projectId, page.limit, page.offset]),
    ]);
    const count = counted.rows[0]?.count ?? 0;
    return { count, ...listLinks(request, page, count), results: listed.rows.map(presentAction) };
  }
}
