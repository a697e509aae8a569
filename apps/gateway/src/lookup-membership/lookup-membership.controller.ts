import { Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiOkResponse,
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
import { MembershipReader } from '../read-membership/membership-reader.js';
import { LookupMembershipRequest } from './lookup-membership.request.js';
import { MembershipLookupResponse } from './lookup-membership.response.js';
import { readLookup } from './read-lookup.js';

@Controller('api/projects/:project_id/cohorts/membership')
@UseGuards(ApiKeyGuard)
export class LookupMembershipController {
  constructor(@Inject(MembershipReader) private readonly membership: MembershipReader) {}

  @Post()
  @HttpCode(200)
  @RequireScopes('cohort:read', 'person:read')
  @ApiOperation({
    operationId: 'lookupMembership',
    summary: 'Which cohorts, static and dynamic, hold each person now.',
  })
  @ProjectRoute(['cohort:read', 'person:read'])
  @ApiBody({ type: LookupMembershipRequest })
  @ApiOkResponse({ type: MembershipLookupResponse })
  @ApiPayloadTooLargeResponse({ type: ErrorResponse })
  @ApiUnsupportedMediaTypeResponse({ type: ErrorResponse })
  async lookup(@Granted() access: Access, @JsonBody() body: JsonObject): Promise<Shape<MembershipLookupResponse>> {
    const { distinctIds, cohortIds } = readLookup(body);
    const found = await this.membership.cohortsOfDistinctIds(access.projectId, distinctIds);
    const results = [...found].map(([distinctId, person]) => [
      distinctId,
      cohortIds === undefined ? person.cohortIds : person.cohortIds.filter((id) => cohortIds.has(id)),
    ]);
    return { results: Object.fromEntries(results) as Record<string, readonly number[]> };
  }
}
