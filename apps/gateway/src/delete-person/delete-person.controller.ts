import { Controller, Delete, HttpCode, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { refuseParameters } from '../http/read-query.js';
import { EditPersonRoute } from '../openapi/api-routes.js';
import { PersonEvents } from '../send-person-event/person-events.js';

/** PostHog's wishes that more be erased than the person: refused, lest somebody believe that it was done. */
const UNSUPPORTED = ['delete_events', 'delete_recordings'];

@Controller('api/projects/:project_id/persons/:uuid')
@UseGuards(ApiKeyGuard)
export class DeletePersonController {
  constructor(@Inject(PersonEvents) private readonly events: PersonEvents) {}

  @Delete()
  @HttpCode(202)
  @RequireScopes('person:write')
  @ApiOperation({
    operationId: 'deletePerson',
    summary: 'Deletes a person: her properties are erased, her distinct ids are free, and she leaves every cohort.',
    description: 'Her events stay and count for nobody. A later event of one of her distinct ids makes a new person.',
  })
  @EditPersonRoute()
  @ApiAcceptedResponse({ description: 'The brokers have it.' })
  async delete(@Granted() access: Access, @Param('uuid') uuid: string, @Req() request: FastifyRequest): Promise<void> {
    refuseParameters(request, UNSUPPORTED);
    await this.events.send(access.projectId, uuid, (person) => ({
      event: '$delete_person',
      deletes_person: person.uuid,
    }));
  }
}
