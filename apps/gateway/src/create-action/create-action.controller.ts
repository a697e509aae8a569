import { Controller, Inject, Post, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';

import type { JsonObject } from '#contracts';
import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute } from '../openapi/api-routes.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { ActionResponse } from '../present-action/action.response.js';
import { ACTION_COLUMNS, type ActionRow } from '../present-action/action-row.js';
import { presentAction } from '../present-action/present-action.js';
import { CreateActionRequest } from './create-action.request.js';
import { type NewAction, readNewAction } from './read-new-action.js';

const INSERT_ACTION = `
  INSERT INTO action AS a (project_id, name, description, steps, created_by_id) VALUES ($1, $2, $3, $4, $5)
  RETURNING ${ACTION_COLUMNS}`;

@Controller('api/projects/:project_id/actions')
@UseGuards(ApiKeyGuard)
export class CreateActionController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Post()
  @RequireScopes('action:write')
  @ApiOperation({ operationId: 'createAction', summary: 'Names events, so that filters can ask for them by id.' })
  @ProjectRoute(['action:write'], 'actions')
  @ApiBody({ type: CreateActionRequest })
  @ApiCreatedResponse({ type: ActionResponse })
  @ApiPayloadTooLargeResponse({ type: ErrorResponse })
  @ApiUnsupportedMediaTypeResponse({ type: ErrorResponse })
  async create(@Granted() access: Access, @JsonBody() body: JsonObject): Promise<Shape<ActionResponse>> {
    return presentAction(await this.insert(access, readNewAction(body)));
  }

  private async insert({ projectId, user }: Access, action: NewAction): Promise<ActionRow> {
    const values = [projectId, action.name, action.description, JSON.stringify(action.steps), user.id];
    const { rows } = await this.database.pool.query<Omit<ActionRow, 'created_by'>>(INSERT_ACTION, values);
    if (rows[0] === undefined) {
      throw new Error('INSERT INTO action returned no row');
    }
    return { ...rows[0], created_by: user };
  }
}
