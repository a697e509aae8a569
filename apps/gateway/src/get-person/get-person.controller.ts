import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { findPerson } from '../find-person/find-person.js';
import { notFound } from '../http/api-error.js';
import type { Shape } from '../http/shape.js';
import { PersonRoute } from '../openapi/api-routes.js';
import { PersonResponse } from '../present-person/person.response.js';
import { presentPerson } from '../present-person/present-person.js';
import { readPersons } from '../present-person/read-persons.js';

@Controller('api/projects/:project_id/persons/:uuid')
@UseGuards(ApiKeyGuard)
export class GetPersonController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('person:read')
  @ApiOperation({ operationId: 'getPerson', summary: 'One person; not one who is merged away or deleted.' })
  @PersonRoute(['person:read'])
  @ApiOkResponse({ type: PersonResponse })
  async get(@Granted() access: Access, @Param('uuid') uuid: string): Promise<Shape<PersonResponse>> {
    const { ordinal } = await findPerson(this.database.pool, access.projectId, uuid);
    const [row] = await readPersons(this.database.pool, access.projectId, [ordinal]);
    if (row === undefined) {
      throw notFound();
    }
    return presentPerson(row);
  }
}
