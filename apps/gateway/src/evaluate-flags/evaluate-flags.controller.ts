import { applyDecorators, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { requireToken } from '../capture-events/interpret-body.js';
import { ProjectTokenRepository } from '../capture-events/project-token.repository.js';
import { readCaptureBody } from '../capture-events/read-capture-body.js';
import { queryFlag, queryText } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { EvaluateFlagsHandler } from './evaluate-flags.handler.js';
import { FlagsRequest } from './flags.request.js';
import { FlagsResponse } from './flags.response.js';
import { presentFlags } from './present-flags.js';
import { readFlagsQuestion, requireObject } from './read-flags-request.js';

/** From these versions of its path on, an answer has all details. */
const DETAILED_FLAGS = 2;
const DETAILED_DECIDE = 4;

function EvaluationRoute(operationId: string, summary: string) {
  return applyDecorators(
    HttpCode(200),
    ApiTags('feature flags'),
    ApiOperation({
      operationId,
      summary,
      description: 'The body may be gzip, base64 or a form field `data`, whatever its content type says.',
    }),
    ApiBody({ type: FlagsRequest }),
    ApiQuery({ name: 'v', required: false, description: 'Version of the answer.' }),
    ApiQuery({ name: 'compression', required: false, enum: ['gzip', 'gzip-js', 'base64'] }),
    ApiOkResponse({ type: FlagsResponse }),
    ApiBadRequestResponse({ type: ErrorResponse, description: 'No JSON, no distinct id, or a field is wrong.' }),
    ApiUnauthorizedResponse({ type: ErrorResponse, description: 'The project token is missing or unknown.' }),
    ApiPayloadTooLargeResponse({ type: ErrorResponse }),
    ApiServiceUnavailableResponse({ type: ErrorResponse, description: 'Nothing could be read; try again.' }),
  );
}

/** What PostHog's SDKs ask; a project token is enough. */
@Controller()
export class EvaluateFlagsController {
  constructor(
    @Inject(ProjectTokenRepository) private readonly projects: ProjectTokenRepository,
    @Inject(EvaluateFlagsHandler) private readonly handler: EvaluateFlagsHandler,
  ) {}

  @Post('flags')
  @EvaluationRoute('evaluateFlags', 'The flags of one distinct id, decided by what is stored at this moment.')
  @ApiQuery({ name: 'config', required: false, schema: { type: 'boolean' }, description: 'With settings of the SDK.' })
  async flags(@Req() request: FastifyRequest): Promise<Shape<FlagsResponse>> {
    const isDetailed = versionOf(request) >= DETAILED_FLAGS;
    return this.evaluate(request, { isDetailed, withSettings: queryFlag(request, 'config') });
  }

  @Post('decide')
  @EvaluationRoute('decide', 'The same for older SDKs, with settings of the SDK.')
  async decide(@Req() request: FastifyRequest): Promise<Shape<FlagsResponse>> {
    return this.evaluate(request, { isDetailed: versionOf(request) >= DETAILED_DECIDE, withSettings: true });
  }

  private async evaluate(
    request: FastifyRequest,
    form: Parameters<typeof presentFlags>[1],
  ): Promise<Shape<FlagsResponse>> {
    const { json, isSuspect } = await readCaptureBody(request);
    const body = requireObject(json, isSuspect);
    const projectId = await this.projects.require(requireToken(body, []));
    return presentFlags(await this.handler.evaluate(projectId, readFlagsQuestion(body)), form);
  }
}

function versionOf(request: FastifyRequest): number {
  const version = Number.parseInt(queryText(request, 'v') ?? '', 10);
  return Number.isNaN(version) ? 1 : version;
}
