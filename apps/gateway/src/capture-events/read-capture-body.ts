import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import type { FastifyRequest } from 'fastify';

import { invalid, tooLarge, unparsable, unsupportedMediaType } from '../http/api-error.js';
import { needsInspection } from '../http/json-value.js';
import { decodeUtf8, parseJson } from '../http/read-json-body.js';
import { queryText } from '../http/read-query.js';

const MAX_BYTES = 20 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const inflate = promisify(gunzip);

/** How deep one event may nest. */
export const MAX_EVENT_DEPTH = 20;
/** The batch object and its list lie around each event. */
const LEVELS_AROUND_EVENT = 2;
/** How deep a body may nest. */
export const MAX_BODY_DEPTH = MAX_EVENT_DEPTH + LEVELS_AROUND_EVENT;

export interface CaptureBody {
  readonly json: unknown;
  /** Each event must be searched for what cannot be stored; false for almost every body. */
  readonly isSuspect: boolean;
  readonly bytes: number;
}

/** The JSON that an SDK sent, in whichever of their ways: plain or gzip, as it is or as form field `data`, base64 or not. */
export async function readCaptureBody(request: FastifyRequest): Promise<CaptureBody> {
  const bytes = await decompress(request, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  const text = unwrap(decodeUtf8(bytes).trim());
  if (text === '') {
    throw invalid(null, 'The body is empty.');
  }
  const json = parseJson(text);
  return { json, isSuspect: needsInspection(text, MAX_BODY_DEPTH), bytes: bytes.length };
}

/** By its first two bytes: browsers cannot set Content-Encoding, and proxies decompress without saying so. */
async function decompress(request: FastifyRequest, body: Buffer): Promise<Buffer> {
  const encoding = encodingOf(request);
  const compression = compressionOf(request);
  if (body[0] === 0x1f && body[1] === 0x8b) {
    return inflated(body);
  }
  const isSaidToBeGzip = encoding === 'gzip' || (compression.startsWith('gzip') && !isUtf8(body));
  if (isSaidToBeGzip && body.length > 0) {
    throw unparsable('the body is not gzip');
  }
  return body;
}

function encodingOf(request: FastifyRequest): string {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (!['gzip', 'identity'].includes(encoding)) {
    throw unsupportedMediaType(`content-encoding=${encoding}`);
  }
  return encoding;
}

/** What SDKs say in the query of the URL. */
function compressionOf(request: FastifyRequest): string {
  const compression = queryText(request, 'compression') ?? '';
  if (!['gzip', 'gzip-js', 'base64', ''].includes(compression)) {
    throw invalid('compression', `Expected gzip, gzip-js or base64. Got: ${compression.slice(0, 20)}`);
  }
  return compression;
}

async function inflated(body: Buffer): Promise<Buffer> {
  try {
    return await inflate(body, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge('The request body is too large.');
    }
    throw unparsable('the body is not valid gzip');
  }
}

function unwrap(text: string): string {
  if (isJson(text)) {
    return text;
  }
  // Inside a form, a plus sign of base64 has become a blank.
  const data = text.startsWith('data=') ? (new URLSearchParams(text).get('data') ?? '').replaceAll(' ', '+') : text;
  return isJson(data) || !BASE64.test(data) ? formText(text, data) : decodeUtf8(Buffer.from(data, 'base64')).trim();
}

function formText(text: string, data: string): string {
  return text === data ? text : (new URLSearchParams(text).get('data') ?? '').trim();
}

function isJson(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}
