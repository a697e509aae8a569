import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { notFound } from '../http/api-error.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { INT4, ProjectRoute } from '../openapi/api-routes.js';
import { ActionResponse } from '../present-action/action.response.js';
import { type ActionRow, SELECT_ACTIONS } from '../present-action/action-row.js';
import { presentAction } from '../present-action/present-action.js';

const FIND_ACTION = `${SELECT_ACTIONS} WHERE a.project_id = $1 AND a.id = $2`;

@Controller('api/projects/:project_id/actions/:id')
@UseGuards(ApiKeyGuard)
export class GetActionController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('action:read')
  @ApiOperation({ operationId: 'getAction', summary: 'One action.' })
  @ProjectRoute(['action:read'], 'actions')
  @ApiParam({ name: 'id', schema: INT4 })
  @ApiOkResponse({ type: ActionResponse })
  async get(@Granted() access: Access, @Param('id') id: string): Promise<Shape<ActionResponse>> {
    const { rows } = await this.database.pool.query<ActionRow>(FIND_ACTION, [access.projectId, readId(id)]);
    if (rows[0] === undefined) {
      throw notFound();
    }
    return presentAction(rows[0]);
  }
}
