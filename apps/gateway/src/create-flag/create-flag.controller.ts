import { Controller, Inject, Post, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute } from '../openapi/api-routes.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { FlagResponse } from '../present-flag/flag.response.js';
import { presentFlag } from '../present-flag/present-flag.js';
import { CreateFlagHandler } from './create-flag.handler.js';
import { CreateFlagRequest } from './create-flag.request.js';

@Controller('api/projects/:project_id/feature_flags')
@UseGuards(ApiKeyGuard)
export class CreateFlagController {
  constructor(@Inject(CreateFlagHandler) private readonly handler: CreateFlagHandler) {}

  @Post()
  @RequireScopes('feature_flag:write')
  @ApiOperation({ operationId: 'createFlag', summary: 'Creates a feature flag; clients hear of it at once.' })
  @ProjectRoute(['feature_flag:write'], 'feature flags')
  @ApiBody({ type: CreateFlagRequest })
  @ApiCreatedResponse({ type: FlagResponse })
  @ApiPayloadTooLargeResponse({ type: ErrorResponse })
  @ApiUnsupportedMediaTypeResponse({ type: ErrorResponse })
  async create(@Granted() access: Access, @JsonBody() body: JsonObject): Promise<Shape<FlagResponse>> {
    return presentFlag(await this.handler.create(access, body));
  }
}
