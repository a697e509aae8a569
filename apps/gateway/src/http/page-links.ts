import type { FastifyRequest } from 'fastify';

import type { Page } from './read-query.js';

export interface PageLinks {
  readonly next: string | null;
  readonly previous: string | null;
}

/**
 * Absolute URLs of the neighbouring pages, every other parameter kept. `previous` is set when a whole page lies before this one.
 * @param cursor where the next page begins, for those that need not count up to it
 */
export function pageLinks(request: FastifyRequest, page: Page, hasNext: boolean, cursor?: string): PageLinks {
  const before = page.offset - page.limit;
  return {
    next: hasNext ? linkTo(request, page.limit, page.offset + page.limit, cursor) : null,
    previous: before >= 0 ? linkTo(request, page.limit, before) : null,
  };
}

function linkTo(request: FastifyRequest, limit: number, offset: number, cursor?: string): string {
  const [path = '', query = ''] = request.url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('limit', String(limit));
  parameters.set('offset', String(offset));
  parameters.delete('cursor');
  if (cursor !== undefined) {
    parameters.set('cursor', cursor);
  }
  return `${request.protocol}://${request.host}${path}?${parameters.toString()}`;
}
