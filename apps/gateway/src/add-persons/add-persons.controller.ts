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
import { AddPersonsHandler } from './add-persons.handler.js';
import { AddPersonsRequest } from './add-persons.request.js';

@Controller('api/projects/:project_id/cohorts/:id/add_persons_to_static_cohort')
@UseGuards(ApiKeyGuard)
export class AddPersonsController {
  constructor(@Inject(AddPersonsHandler) private readonly handler: AddPersonsHandler) {}

  @Patch()
  @RequireScopes('cohort:write')
  @ApiOperation({ operationId: 'addPersonsToStaticCohort', summary: 'Adds persons to a static cohort.' })
  @CohortRoute(['cohort:write'])
  @StaticMembersRoute()
  @ApiBody({ type: AddPersonsRequest })
  @ApiOkResponse({ type: CohortMembersChangedResponse })
  async add(
    @Granted() access: Access,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
  ): Promise<Shape<CohortMembersChangedResponse>> {
    await this.handler.add(access, readId(id), body);
    return { success: true };
  }
}
