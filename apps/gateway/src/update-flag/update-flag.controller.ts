import { applyDecorators, Controller, Inject, Param, Patch, Put, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { INT4, ProjectRoute } from '../openapi/api-routes.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { FlagResponse } from '../present-flag/flag.response.js';
import { presentFlag } from '../present-flag/present-flag.js';
import { UpdateFlagHandler } from './update-flag.handler.js';
import { UpdateFlagRequest } from './update-flag.request.js';

/** PUT obeys the same rules as PATCH. */
function EditRoute(operationId: string) {
  return applyDecorators(
    RequireScopes('feature_flag:write'),
    ApiOperation({ operationId, summary: 'Edits, deletes or restores a feature flag.' }),
    ProjectRoute(['feature_flag:write'], 'feature flags'),
    ApiParam({ name: 'id', schema: INT4 }),
    ApiBody({ type: UpdateFlagRequest, required: false }),
    ApiOkResponse({ type: FlagResponse }),
    ApiPayloadTooLargeResponse({ type: ErrorResponse }),
    ApiUnsupportedMediaTypeResponse({ type: ErrorResponse }),
  );
}

@Controller('api/projects/:project_id/feature_flags/:id')
@UseGuards(ApiKeyGuard)
export class UpdateFlagController {
  constructor(@Inject(UpdateFlagHandler) private readonly handler: UpdateFlagHandler) {}

  @Patch()
  @EditRoute('updateFlag')
  async patch(
    @Granted() access: Access,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
  ): Promise<Shape<FlagResponse>> {
    return presentFlag(await this.handler.update(access, readId(id), body));
  }

  @Put()
  @EditRoute('replaceFlag')
  async put(
    @Granted() access: Access,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
  ): Promise<Shape<FlagResponse>> {
    return presentFlag(await this.handler.update(access, readId(id), body));
  }
}
