import { Controller, Get, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { findPerson } from '../find-person/find-person.js';
import { invalid } from '../http/api-error.js';
import { queryText } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { PersonRoute, ProjectRoute } from '../openapi/api-routes.js';
import { MembershipReader } from '../read-membership/membership-reader.js';
import { PersonCohortsResponse } from './person-cohorts.response.js';

const DESCRIBE = `
  SELECT c.id, c.name, c.is_static,
    (SELECT coalesce(sum(k.cardinality), 0)::int FROM cohort_chunk k WHERE k.project_id = c.project_id AND k.cohort_id = c.id) AS count
  FROM cohort c WHERE c.project_id = $1 AND c.id = ANY($2::int[]) AND NOT c.deleted ORDER BY c.id`;

@Controller('api/projects/:project_id/persons')
@UseGuards(ApiKeyGuard)
export class ListPersonCohortsController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MembershipReader) private readonly membership: MembershipReader,
  ) {}

  @Get(':uuid/cohorts')
  @RequireScopes('cohort:read', 'person:read')
  @ApiOperation({
    operationId: 'listPersonCohorts',
    summary: 'The cohorts, static and dynamic, that hold a person now.',
  })
  @PersonRoute(['cohort:read', 'person:read'])
  @ApiOkResponse({ type: PersonCohortsResponse })
  list(@Granted() access: Access, @Param('uuid') uuid: string): Promise<Shape<PersonCohortsResponse>> {
    return this.cohortsOf(access.projectId, uuid);
  }

  @Get('cohorts')
  @RequireScopes('cohort:read', 'person:read')
  @ApiOperation({ operationId: 'listPersonCohortsByQuery', summary: "The same under PostHog's path." })
  @ProjectRoute(['cohort:read', 'person:read'], 'persons')
  @ApiQuery({ name: 'person_id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ type: PersonCohortsResponse })
  listByQuery(@Granted() access: Access, @Req() request: FastifyRequest): Promise<Shape<PersonCohortsResponse>> {
    const uuid = queryText(request, 'person_id');
    if (uuid === undefined) {
      throw invalid('person_id', 'This field is required.', 'required');
    }
    return this.cohortsOf(access.projectId, uuid);
  }

  private async cohortsOf(projectId: number, uuid: string): Promise<Shape<PersonCohortsResponse>> {
    const { ordinal } = await findPerson(this.database.pool, projectId, uuid);
    const cohorts = await this.membership.cohortsOf(projectId, [ordinal]);
    // Whoever is merged away between the two has left her lists: that is no answer about her.
    await findPerson(this.database.pool, projectId, uuid);
    const ids = cohorts.get(ordinal) ?? [];
    const { rows } = await this.database.pool.query<PersonCohortsResponse['results'][number]>(DESCRIBE, [
      projectId,
      ids,
    ]);
    return { count: rows.length, results: rows };
  }
}
