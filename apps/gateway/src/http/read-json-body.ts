import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { isObject, type JsonObject } from '#contracts';

import { invalid, unparsable, unsupportedMediaType } from './api-error.js';
import { flawOf, needsInspection } from './json-value.js';

/** JSON levels, not filter levels: ten nested groups take two each, in `filters.properties` of the body. */
const MAX_DEPTH = 32;

/** The request's JSON object: UTF-8, at most 32 levels deep, free of NUL and lone surrogates. An absent body is an empty object. */
function readJsonBody(request: FastifyRequest): JsonObject {
  const bytes = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    return {};
  }
  requireJson(request);
  const text = decodeUtf8(bytes);
  const body = parseJson(text);
  if (!isObject(body)) {
    throw invalid(null, `Invalid data. Expected a dictionary, but got ${nameOf(body)}.`);
  }
  refuseFlaws(text, body);
  return body;
}

/** Gives a controller the request's JSON object. */
export const JsonBody = createParamDecorator((_: unknown, context: ExecutionContext) =>
  readJsonBody(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** @throws ApiError 400 when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unparsable('the body is not valid UTF-8');
  }
}

/** @throws ApiError 400 with the place where the text stops being JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unparsable((error as Error).message.toWellFormed());
  }
}

/** What a client calls the kind of a JSON value. */
export function nameOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  return Array.isArray(value) ? 'list' : typeof value;
}

function requireJson(request: FastifyRequest): void {
  const header = request.headers['content-type'] ?? '';
  const [mediaType = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length) ?? 'utf-8';
  if (mediaType !== 'application/json' || !/^"?utf-?8"?$/.test(charset)) {
    throw unsupportedMediaType(header);
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw unsupportedMediaType(`${header}; content-encoding=${encoding}`);
  }
}

function refuseFlaws(text: string, body: object): void {
  const flaw = needsInspection(text, MAX_DEPTH) ? flawOf(body, MAX_DEPTH) : undefined;
  if (flaw === undefined) {
    return;
  }
  // Below the limit the full path helps; far down only the field does.
  const path = flaw.code === 'too_deep' ? flaw.path.slice(0, 1) : flaw.path;
  throw invalid(path.length === 0 ? null : path.join('__'), flaw.detail, flaw.code);
}
