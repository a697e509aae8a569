import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import type { Shape } from '../http/shape.js';
import { ErrorResponse } from '../openapi/error.response.js';
import { CaptureBatch, CaptureSingle } from './capture.request.js';
import { CaptureResponse } from './capture.response.js';
import { CaptureEventsHandler } from './capture-events.handler.js';
import { CAPTURE_PATHS } from './capture-paths.js';
import { interpretBody } from './interpret-body.js';
import { readCaptureBody } from './read-capture-body.js';

@Controller()
export class CaptureEventsController {
  constructor(@Inject(CaptureEventsHandler) private readonly handler: CaptureEventsHandler) {}

  @Post(CAPTURE_PATHS)
  @HttpCode(200)
  @ApiTags('capture')
  @ApiOperation({
    operationId: 'captureEvents',
    summary: 'Takes events in as PostHog SDKs send them; answers after the brokers have them.',
    description:
      'A broken event of a batch is dropped and reported, a single broken one is refused. The body may be gzip, base64 or a form field `data`, whatever its content type says; also a list of events that each name their token.',
  })
  @ApiExtraModels(CaptureSingle, CaptureBatch)
  @ApiBody({ schema: { oneOf: [{ $ref: getSchemaPath(CaptureBatch) }, { $ref: getSchemaPath(CaptureSingle) }] } })
  @ApiQuery({ name: 'compression', required: false, enum: ['gzip', 'gzip-js', 'base64'] })
  @ApiQuery({ name: '_', required: false, description: 'Clock of the sender in ms, where sent_at is not given.' })
  @ApiOkResponse({ type: CaptureResponse })
  @ApiBadRequestResponse({ type: ErrorResponse, description: 'No JSON, no event, or a single event that is broken.' })
  @ApiUnauthorizedResponse({ type: ErrorResponse, description: 'The project token is missing or unknown.' })
  @ApiPayloadTooLargeResponse({ type: ErrorResponse, description: 'More than 20 MB or 20,000 events.' })
  @ApiServiceUnavailableResponse({ type: ErrorResponse, description: 'Kafka is away; try again with the same uuids.' })
  async capture(@Req() request: FastifyRequest): Promise<Shape<CaptureResponse>> {
    const receivedAt = new Date();
    const { json, isSuspect, bytes } = await readCaptureBody(request);
    return this.handler.capture({ request: interpretBody(json, request), receivedAt, isSuspect, bytes });
  }
}
