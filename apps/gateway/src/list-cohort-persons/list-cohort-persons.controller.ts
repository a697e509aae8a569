import { Controller, Get, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { pageLinks } from '../http/page-links.js';
import { readId } from '../http/read-id.js';
import { readPage, refuseParameters } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, QueryPage } from '../openapi/api-routes.js';
import { PersonPageResponse } from '../present-person/person.response.js';
import { presentPerson } from '../present-person/present-person.js';
import { ListCohortPersonsHandler } from './list-cohort-persons.handler.js';

const MAX_LIMIT = 1000;
/** Parameters of PostHog that change the meaning of the answer and do not exist here yet. */
const UNSUPPORTED = ['search', 'properties', 'format', 'is_csv_export'];

@Controller('api/projects/:project_id/cohorts/:id/persons')
@UseGuards(ApiKeyGuard)
export class ListCohortPersonsController {
  constructor(@Inject(ListCohortPersonsHandler) private readonly handler: ListCohortPersonsHandler) {}

  @Get()
  @RequireScopes('cohort:read', 'person:read')
  @ApiOperation({
    operationId: 'listCohortPersons',
    summary: "The members of the cohort's last version, newest first.",
  })
  @CohortRoute(['cohort:read', 'person:read'])
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: PersonPageResponse })
  async list(
    @Granted() access: Access,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<Shape<PersonPageResponse>> {
    const cohortId = readId(id);
    refuseParameters(request, UNSUPPORTED);
    const page = readPage(request, MAX_LIMIT);
    const persons = await this.handler.list(access.projectId, cohortId, page);
    return { results: persons.map(presentPerson), ...pageLinks(request, page, persons.length >= page.limit) };
  }
}
