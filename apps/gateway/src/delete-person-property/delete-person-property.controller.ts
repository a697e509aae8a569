import { Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';

import type { JsonObject } from '#contracts';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { invalid } from '../http/api-error.js';
import { JsonBody } from '../http/read-json-body.js';
import type { Shape } from '../http/shape.js';
import { EditPersonRoute } from '../openapi/api-routes.js';
import { PersonEvents } from '../send-person-event/person-events.js';
import { DeletePersonPropertyRequest } from './delete-person-property.request.js';
import { PersonPropertyDeletedResponse } from './delete-person-property.response.js';

@Controller('api/projects/:project_id/persons/:uuid/delete_property')
@UseGuards(ApiKeyGuard)
export class DeletePersonPropertyController {
  constructor(@Inject(PersonEvents) private readonly events: PersonEvents) {}

  @Post()
  @HttpCode(201)
  @RequireScopes('person:write')
  @ApiOperation({
    operationId: 'deletePersonProperty',
    summary: 'Removes a property of a person, as an event `$delete_person_property` does; gone a moment later.',
  })
  @EditPersonRoute()
  @ApiBody({ type: DeletePersonPropertyRequest })
  @ApiCreatedResponse({ type: PersonPropertyDeletedResponse })
  async delete(
    @Granted() access: Access,
    @Param('uuid') uuid: string,
    @JsonBody() body: JsonObject,
  ): Promise<Shape<PersonPropertyDeletedResponse>> {
    const properties = { $unset: [readKey(body)] };
    await this.events.send(access.projectId, uuid, () => ({ event: '$delete_person_property', properties }));
    return { success: true };
  }
}

/** Not trimmed: a key is whatever an event has set. */
function readKey(body: JsonObject): string {
  const key = body['$unset'];
  if (key === undefined || key === null || key === '') {
    throw invalid('$unset', 'This field is required.', 'required');
  }
  if (typeof key !== 'string') {
    throw invalid('$unset', 'Not a valid string.');
  }
  return key;
}
