import type { Readable } from 'node:stream';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import { tooLarge } from '../http/api-error.js';

const MULTIPART = /^multipart\/form-data/i;
/** Create and edit of a cohort. */
const UPLOAD_ROUTE = /\/cohorts(\/:id)?\/?$/;

/** Whether the body of this request is a form that its handler reads from the socket. */
export function isUpload(request: FastifyRequest): boolean {
  return MULTIPART.test(request.headers['content-type'] ?? '') && UPLOAD_ROUTE.test(request.routeOptions.url ?? '');
}

/** Forms of cohorts are not read before their handler asks: it must be known who sends them. All other routes get bytes, as ever. */
export function acceptUploads(server: FastifyInstance): void {
  server.addContentTypeParser(MULTIPART, (request, payload, done) => {
    if (isUpload(request)) {
      done(null, undefined);
      return;
    }
    collect(payload, request.routeOptions.bodyLimit).then(
      (bytes) => {
        done(null, bytes);
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  });
}

async function collect(payload: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw tooLarge('The request body is too large.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
