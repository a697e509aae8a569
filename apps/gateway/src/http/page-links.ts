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

/** As `pageLinks`, for the lists with a `count`: `previous` is set, as Django REST framework does, when anything lies before this page. */
export function listLinks(request: FastifyRequest, page: Page, count: number): PageLinks {
  const links = pageLinks(request, page, page.offset + page.limit < count);
  const isFirst = page.offset === 0;
  return links.previous !== null || isFirst ? links : { ...links, previous: linkTo(request, page.limit, 0) };
}

/** As `pageLinks`, for the lists that count pages: `limit` and `page`. */
export function numberedPageLinks(request: FastifyRequest, { limit, offset }: Page, hasNext: boolean): PageLinks {
  const page = offset / limit + 1;
  const to = (number: number) => link(request, { limit: String(limit), page: String(number) });
  return { next: hasNext ? to(page + 1) : null, previous: page > 1 ? to(page - 1) : null };
}

function linkTo(request: FastifyRequest, limit: number, offset: number, cursor?: string): string {
  const place = { limit: String(limit), offset: String(offset) };
  return link(request, cursor === undefined ? place : { ...place, cursor });
}

/** The request's own URL with these parameters instead; the cursor of this page is of no use to another. */
function link(request: FastifyRequest, replaced: Readonly<Record<string, string>>): string {
  const [path = '', query = ''] = request.url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.delete('cursor');
  for (const [name, value] of Object.entries(replaced)) {
    parameters.set(name, value);
  }
  return `${request.protocol}://${request.host}${path}?${parameters.toString()}`;
}
