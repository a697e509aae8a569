import { Controller, Get, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { invalid } from '../http/api-error.js';
import { readId } from '../http/read-id.js';
import { queryText } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute } from '../openapi/api-routes.js';
import { ExplainCohortHandler } from './explain-cohort.handler.js';
import { CohortExplanationResponse } from './explain-cohort.response.js';
import type { PersonReference } from './find-explained.js';
import { presentExplanation } from './present-explanation.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@Controller('api/projects/:project_id/cohorts/:id/explain')
@UseGuards(ApiKeyGuard)
export class ExplainCohortController {
  constructor(@Inject(ExplainCohortHandler) private readonly handler: ExplainCohortHandler) {}

  @Get()
  @RequireScopes('cohort:read', 'person:read')
  @ApiOperation({
    operationId: 'explainCohort',
    summary: 'Why a person matches the definition of a cohort, or not, and until when.',
  })
  @CohortRoute(['cohort:read', 'person:read'])
  @ApiQuery({ name: 'distinct_id', required: false, description: 'A distinct id of the person.' })
  @ApiQuery({
    name: 'person',
    required: false,
    schema: { type: 'string', format: 'uuid' },
    description: 'Uuid of the person. Give either this or distinct_id.',
  })
  @ApiOkResponse({ type: CohortExplanationResponse })
  async explain(
    @Granted() access: Access,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<Shape<CohortExplanationResponse>> {
    const cohortId = readId(id);
    return presentExplanation(await this.handler.explain(access.projectId, cohortId, readPerson(request)));
  }
}

/** @throws ApiError 400 unless exactly one of `person` and `distinct_id` is given */
function readPerson(request: FastifyRequest): PersonReference {
  const uuid = queryText(request, 'person');
  const distinctId = queryText(request, 'distinct_id');
  if ((uuid === undefined) === (distinctId === undefined)) {
    throw invalid('person', 'Give exactly one of person (a uuid) and distinct_id.');
  }
  if (distinctId !== undefined) {
    return { distinctId };
  }
  if (uuid === undefined || !UUID.test(uuid)) {
    throw invalid('person', 'Must be a valid UUID.');
  }
  return { uuid };
}
