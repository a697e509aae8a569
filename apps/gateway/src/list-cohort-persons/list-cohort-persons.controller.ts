import { applyDecorators, Controller, Get, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiQuery, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { pageLinks } from '../http/page-links.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, QueryPage } from '../openapi/api-routes.js';
import { PersonPageResponse } from '../present-person/person.response.js';
import { presentPerson } from '../present-person/present-person.js';
import { exportPersons } from './export-persons.js';
import { ListCohortPersonsHandler } from './list-cohort-persons.handler.js';
import { writePlace } from './page-place.js';
import { MAX_CSV_ROWS, MAX_LIMIT, readPersonsQuery } from './read-persons-query.js';

function PersonsParameters() {
  return applyDecorators(
    ApiQuery({
      name: 'search',
      required: false,
      schema: { type: 'string', maxLength: 200 },
      description: 'Part of an email, a name, a distinct id or a uuid.',
    }),
    ApiQuery({
      name: 'properties',
      required: false,
      description:
        'A JSON list of conditions as in cohort filters; `type` is person and `operator` exact where absent.',
      example: '[{"key": "plan", "value": "pro"}]',
    }),
    ApiQuery({ name: 'cursor', required: false, description: 'As in `next`; saves counting up to `offset`.' }),
    ApiQuery({
      name: 'format',
      required: false,
      schema: { type: 'string', enum: ['json', 'csv'] },
      description: `\`csv\` answers a file of at most ${MAX_CSV_ROWS} persons, from \`offset\` on.`,
    }),
    ApiQuery({ name: 'is_csv_export', required: false, schema: { type: 'boolean' }, description: 'As `format=csv`.' }),
    ApiExtraModels(PersonPageResponse),
    ApiOkResponse({
      content: {
        'application/json': { schema: { $ref: getSchemaPath(PersonPageResponse) } },
        'text/csv': { schema: { type: 'string' } },
      },
    }),
  );
}

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
  @PersonsParameters()
  async list(
    @Granted() access: Access,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Shape<PersonPageResponse> | string> {
    const cohortId = readId(id);
    const query = readPersonsQuery(request);
    const { persons, last } = await this.handler.list(access.projectId, cohortId, query);
    if (query.isCsv) {
      const file = `cohort-${cohortId}-persons.csv`;
      void reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${file}"`);
      return exportPersons(persons);
    }
    const isFull = persons.length >= query.page.limit;
    const cursor = last === undefined ? undefined : writePlace(last);
    return { results: persons.map(presentPerson), ...pageLinks(request, query.page, isFull, cursor) };
  }
}
