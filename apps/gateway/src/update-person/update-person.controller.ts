import { Controller, HttpCode, Inject, Param, Patch, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOperation } from '@nestjs/swagger';

import { isObject, type JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { invalid } from '../http/api-error.js';
import { JsonBody, nameOf } from '../http/read-json-body.js';
import { EditPersonRoute } from '../openapi/api-routes.js';
import { PersonEvents } from '../send-person-event/person-events.js';
import { UpdatePersonRequest } from './update-person.request.js';

@Controller('api/projects/:project_id/persons/:uuid')
@UseGuards(ApiKeyGuard)
export class UpdatePersonController {
  constructor(@Inject(PersonEvents) private readonly events: PersonEvents) {}

  @Patch()
  @HttpCode(202)
  @RequireScopes('person:write')
  @ApiOperation({
    operationId: 'updatePerson',
    summary: 'Sets properties of a person, as an event `$set` does; readable a moment later.',
  })
  @EditPersonRoute()
  @ApiBody({ type: UpdatePersonRequest })
  @ApiAcceptedResponse({ description: 'The brokers have it.' })
  async update(@Granted() access: Access, @Param('uuid') uuid: string, @JsonBody() body: JsonObject): Promise<void> {
    const properties = readProperties(body);
    await this.events.send(access.projectId, uuid, () => ({ event: '$set', properties: { $set: properties } }));
  }
}

function readProperties(body: JsonObject): JsonObject {
  const properties = body['properties'];
  if (properties === undefined || properties === null) {
    throw invalid('properties', 'This field is required.', 'required');
  }
  if (!isObject(properties)) {
    throw invalid('properties', `Expected a dictionary of items but got type "${nameOf(properties)}".`, 'not_a_dict');
  }
  return properties;
}
