import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiExtraModels,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiParam,
  ApiPayloadTooLargeResponse,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
  ApiUnsupportedMediaTypeResponse,
  getSchemaPath,
} from '@nestjs/swagger';

import type { Scope } from '../authenticate/scopes.js';
import { ErrorResponse } from './error.response.js';

/** An id in a path. */
export const INT4 = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const;

/** What all routes below a project have in common. */
export function ProjectRoute(scopes: readonly Scope[], tag = 'cohorts') {
  return applyDecorators(
    ApiTags(tag),
    ApiBearerAuth('personal_api_key'),
    ApiParam({ name: 'project_id', schema: INT4 }),
    ApiBadRequestResponse({ type: ErrorResponse, description: 'A field or parameter is wrong; `attr` names it.' }),
    ApiUnauthorizedResponse({ type: ErrorResponse, description: 'The key is missing or unknown.' }),
    ApiForbiddenResponse({
      type: ErrorResponse,
      description: `The key lacks a scope (needs ${scopes.join(' and ')}) or may not enter the project.`,
    }),
    ApiNotFoundResponse({ type: ErrorResponse, description: 'The project has nothing of that id.' }),
    ApiServiceUnavailableResponse({ type: ErrorResponse, description: 'Try again after `Retry-After` seconds.' }),
  );
}

/** A project route about one cohort. */
export function CohortRoute(scopes: readonly Scope[]) {
  return applyDecorators(ProjectRoute(scopes), ApiParam({ name: 'id', schema: INT4 }));
}

/** A project route about one person. */
export function PersonRoute(scopes: readonly Scope[]) {
  return applyDecorators(
    ProjectRoute(scopes, 'persons'),
    ApiParam({ name: 'uuid', schema: { type: 'string', format: 'uuid' } }),
  );
}

/** A route that edits a person by a message to ingestion. */
export function EditPersonRoute() {
  return applyDecorators(
    PersonRoute(['person:write']),
    ApiConflictResponse({ type: ErrorResponse, description: 'The person has no distinct id.' }),
    ApiPayloadTooLargeResponse({ type: ErrorResponse }),
    ApiUnsupportedMediaTypeResponse({ type: ErrorResponse }),
  );
}

/** Routes that change the members of a static cohort by a JSON body. */
export function StaticMembersRoute() {
  return applyDecorators(
    ApiConflictResponse({ type: ErrorResponse, description: 'The calculator still fills the cohort.' }),
    ApiPayloadTooLargeResponse({ type: ErrorResponse }),
    ApiUnsupportedMediaTypeResponse({ type: ErrorResponse }),
  );
}

/** `limit` and `offset`. */
export function QueryPage(maxLimit: number) {
  return applyDecorators(
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: maxLimit, default: 100 },
    }),
    ApiQuery({
      name: 'offset',
      required: false,
      schema: { type: 'integer', minimum: 0, maximum: 2_147_483_647, default: 0 },
    }),
  );
}

interface JsonOrForm {
  readonly json: Type;
  readonly form: Type;
  readonly required: boolean;
}

/** A route whose body is JSON or a form, which can say more. */
export function JsonOrFormRoute(operationId: string, summary: string, { json, form, required }: JsonOrForm) {
  const schemaOf = (type: Type) => ({ schema: { $ref: getSchemaPath(type) } });
  const content = { 'application/json': schemaOf(json), 'multipart/form-data': schemaOf(form) };
  return applyDecorators(
    ApiExtraModels(json, form),
    ApiOperation({ operationId, summary, requestBody: { required, content } }),
    ApiPayloadTooLargeResponse({ type: ErrorResponse }),
    ApiUnsupportedMediaTypeResponse({ type: ErrorResponse }),
  );
}
