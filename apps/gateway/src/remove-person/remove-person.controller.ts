import { Controller, Inject, Param, Patch, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { readId } from '../http/read-id.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, StaticMembersRoute } from '../openapi/api-routes.js';
import { CohortMembersChangedResponse } from '../static-members/success.response.js';
import { RemovePersonHandler } from './remove-person.handler.js';
import { RemovePersonRequest } from './remove-person.request.js';

@Controller('api/projects/:project_id/cohorts/:id/remove_person_from_static_cohort')
@UseGuards(ApiKeyGuard)
export class RemovePersonController {
  constructor(@Inject(RemovePersonHandler) private readonly handler: RemovePersonHandler) {}

  @Patch()
  @RequireScopes('cohort:write')
  @ApiOperation({ operationId: 'removePersonFromStaticCohort', summary: 'Removes a person from a static cohort.' })
  @CohortRoute(['cohort:write'])
  @StaticMembersRoute()
  @ApiBody({ type: RemovePersonRequest })
  @ApiOkResponse({ type: CohortMembersChangedResponse })
  async remove(
    @Granted() access: Access,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
  ): Promise<Shape<CohortMembersChangedResponse>> {
    await this.handler.remove(access, readId(id), body);
    return { success: true };
  }
}
