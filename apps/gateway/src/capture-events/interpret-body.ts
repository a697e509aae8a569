import type { FastifyRequest } from 'fastify';

import { isObject, type JsonObject } from '#contracts';

import { invalid, tooLarge, unauthenticated } from '../http/api-error.js';
import { nameOf } from '../http/read-json-body.js';
import { queryText } from '../http/read-query.js';
import { parseInstant } from './correct-time.js';

const MAX_EVENTS = 20_000;
const MAX_TOKEN = 200;

/** What one request asks to capture. */
export interface CaptureRequest {
  readonly events: readonly unknown[];
  /** A single event is refused where one of a batch is dropped. */
  readonly isSingle: boolean;
  readonly token: string;
  readonly sentAt: Date | undefined;
}

/** Finds events, project token and sending time where SDKs of all ages put them. @throws ApiError 400, 401, 413 */
export function interpretBody(json: unknown, request: FastifyRequest): CaptureRequest {
  const { events, isSingle } = eventsOf(json);
  const body = isObject(json) ? json : undefined;
  return {
    events,
    isSingle,
    token: requireToken(body, isSingle ? [] : events),
    sentAt: parseInstant(body?.['sent_at']) ?? sentAtOfQuery(request),
  };
}

function eventsOf(json: unknown): { events: readonly unknown[]; isSingle: boolean } {
  if (Array.isArray(json)) {
    return { events: boundedBatch(json, null), isSingle: false };
  }
  if (!isObject(json)) {
    throw invalid(null, `Invalid data. Expected a dictionary or a list, but got ${nameOf(json)}.`);
  }
  return Object.hasOwn(json, 'batch')
    ? { events: boundedBatch(json['batch'], 'batch'), isSingle: false }
    : { events: [json], isSingle: true };
}

function boundedBatch(batch: unknown, attr: string | null): readonly unknown[] {
  if (!Array.isArray(batch)) {
    throw invalid(attr, `Expected a list of events, but got ${nameOf(batch)}.`);
  }
  if (batch.length === 0) {
    throw invalid(attr, 'The batch holds no event.');
  }
  if (batch.length > MAX_EVENTS) {
    throw tooLarge(`A batch may hold ${MAX_EVENTS} events at most.`, attr);
  }
  return batch as unknown[];
}

/** Where the request names its token, an event's property called `token` is the user's own. */
export function requireToken(body: JsonObject | undefined, events: readonly unknown[]): string {
  const [own] = tokensOf(body);
  const [token, ...others] = own === undefined ? new Set(events.flatMap(tokensOf)) : [own];
  if (token === undefined) {
    throw unauthenticated(
      'missing_api_key',
      'API key not provided. You can find your project API key in your project settings.',
    );
  }
  if (others.length > 0) {
    throw invalid('api_key', 'All events of a request must belong to one project.');
  }
  return token;
}

function tokensOf(place: unknown): string[] {
  if (!isObject(place)) {
    return [];
  }
  const properties = isObject(place['properties']) ? place['properties'] : {};
  const candidates = [place['api_key'], place['token'], place['$token'], properties['token'], properties['api_key']];
  const token = candidates.find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof token === 'string' ? [token.slice(0, MAX_TOKEN)] : [];
}

/** posthog-js sends its clock, in milliseconds, as `_`. */
function sentAtOfQuery(request: FastifyRequest): Date | undefined {
  const text = queryText(request, '_') ?? '';
  return /^\d{12,14}$/.test(text) ? new Date(Number(text)) : undefined;
}
