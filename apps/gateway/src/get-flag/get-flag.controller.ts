import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { INT4, ProjectRoute } from '../openapi/api-routes.js';
import { FlagResponse } from '../present-flag/flag.response.js';
import { presentFlag } from '../present-flag/present-flag.js';
import { findFlag } from './find-flag.js';

@Controller('api/projects/:project_id/feature_flags/:id')
@UseGuards(ApiKeyGuard)
export class GetFlagController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('feature_flag:read')
  @ApiOperation({ operationId: 'getFlag', summary: 'One feature flag; a deleted one too.' })
  @ProjectRoute(['feature_flag:read'], 'feature flags')
  @ApiParam({ name: 'id', schema: INT4 })
  @ApiOkResponse({ type: FlagResponse })
  async get(@Granted() access: Access, @Param('id') id: string): Promise<Shape<FlagResponse>> {
    return presentFlag(await findFlag(this.database.pool, access.projectId, readId(id)));
  }
}
