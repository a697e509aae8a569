import { Controller, Get, Inject, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { pageLinks } from '../http/page-links.js';
import { type Page, queryText, readPage, refuseParameters } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { ProjectRoute, QueryPage } from '../openapi/api-routes.js';
import { PersonPageResponse } from '../present-person/person.response.js';
import { presentPerson } from '../present-person/present-person.js';
import { ordinalOfDistinctId, pageOfAll, readPersons } from '../present-person/read-persons.js';

const MAX_LIMIT = 1000;
/** Parameters of PostHog that change the meaning of the answer and do not exist here yet. */
const UNSUPPORTED = ['search', 'email', 'properties', 'format', 'cohort'];

@Controller('api/projects/:project_id/persons')
@UseGuards(ApiKeyGuard)
export class ListPersonsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('person:read')
  @ApiOperation({ operationId: 'listPersons', summary: 'The persons of a project, newest first.' })
  @ProjectRoute(['person:read'], 'persons')
  @ApiQuery({ name: 'distinct_id', required: false, description: 'Only the person of this distinct id.' })
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: PersonPageResponse })
  async list(@Granted() access: Access, @Req() request: FastifyRequest): Promise<Shape<PersonPageResponse>> {
    refuseParameters(request, UNSUPPORTED);
    const page = readPage(request, MAX_LIMIT);
    const found = await this.find(access.projectId, queryText(request, 'distinct_id'), page);
    const persons = await readPersons(this.database.pool, access.projectId, found);
    return { results: persons.map(presentPerson), ...pageLinks(request, page, found.length >= page.limit) };
  }

  private find(projectId: number, distinctId: string | undefined, page: Page): Promise<number[]> {
    return distinctId === undefined
      ? pageOfAll(this.database.pool, projectId, page)
      : ordinalOfDistinctId(this.database.pool, projectId, distinctId, page);
  }
}
