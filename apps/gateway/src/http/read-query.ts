import type { FastifyRequest } from 'fastify';

import { invalid } from './api-error.js';
import { flawOfText } from './json-value.js';

const MAX_INT4 = 2_147_483_647;
const INTEGER = /^-?\d{1,15}$/;

/** A page as the client asked for it. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/**
 * The value of a query parameter, undefined when absent.
 * @param options.dropsNul NUL is left out instead of refused
 * @throws ApiError 400 when it is given twice or holds NUL
 */
export function queryText(
  request: FastifyRequest,
  name: string,
  options: { readonly dropsNul?: boolean } = {},
): string | undefined {
  const given = (request.query as Record<string, unknown>)[name];
  if (given === undefined) {
    return undefined;
  }
  if (typeof given !== 'string') {
    throw invalid(name, 'This parameter is given more than once.');
  }
  const value = options.dropsNul === true ? given.replaceAll('\0', '') : given;
  const flaw = flawOfText(value, [name]);
  if (flaw !== undefined) {
    throw invalid(name, flaw.detail, flaw.code);
  }
  return value;
}

/** `limit` from 1 to `maxLimit`, `offset` from 0. */
export function readPage(request: FastifyRequest, maxLimit: number, defaultLimit = 100): Page {
  return {
    limit: integer(request, 'limit', { fallback: defaultLimit, min: 1, max: maxLimit }),
    offset: integer(request, 'offset', { fallback: 0, min: 0, max: MAX_INT4 }),
  };
}

const FLAGS: Readonly<Record<string, boolean>> = { '': false, true: true, false: false, 1: true, 0: false };

/** Whether a flag is set: `true` or `1`, in any letter case. @throws ApiError 400 for what is no boolean */
export function queryFlag(request: FastifyRequest, name: string): boolean {
  const text = queryText(request, name)?.toLowerCase() ?? '';
  const flag = Object.hasOwn(FLAGS, text) ? FLAGS[text] : undefined;
  if (flag === undefined) {
    throw invalid(name, 'Must be a valid boolean.');
  }
  return flag;
}

/** A positive id, undefined when absent or empty. */
export function queryId(request: FastifyRequest, name: string): number | undefined {
  const text = queryText(request, name);
  return text === undefined || text === '' ? undefined : integer(request, name, { fallback: 0, min: 1, max: MAX_INT4 });
}

/** `limit` from 1 to `maxLimit` and `page` from 1, for the lists that count pages. */
export function readNumberedPage(request: FastifyRequest, maxLimit: number, defaultLimit: number): Page {
  const limit = integer(request, 'limit', { fallback: defaultLimit, min: 1, max: maxLimit });
  const page = integer(request, 'page', { fallback: 1, min: 1, max: Math.floor(MAX_INT4 / maxLimit) });
  return { limit, offset: (page - 1) * limit };
}

/** Refuses parameters that would silently be ignored and so change the meaning of the answer. */
export function refuseParameters(request: FastifyRequest, names: readonly string[]): void {
  const given = names.find((name) => queryText(request, name) !== undefined);
  if (given !== undefined) {
    throw invalid(given, 'This parameter is not supported.');
  }
}

function integer(request: FastifyRequest, name: string, rule: { fallback: number; min: number; max: number }): number {
  const text = queryText(request, name);
  if (text === undefined) {
    return rule.fallback;
  }
  const value = Number(text);
  if (!INTEGER.test(text)) {
    throw invalid(name, 'A valid integer is required.');
  }
  if (value < rule.min) {
    throw invalid(name, `Ensure this value is greater than or equal to ${rule.min}.`, 'min_value');
  }
  if (value > rule.max) {
    throw invalid(name, `Ensure this value is less than or equal to ${rule.max}.`, 'max_value');
  }
  return value;
}
