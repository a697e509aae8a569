import { Socket } from 'node:net';

import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Node knows one limit for all requests, which is that of an upload of half a gigabyte by a slow line. */
export const UPLOAD_TIMEOUT_MS = 3_600_000;
/** Time for the body of any other request: a slow client must not hold a connection for ever. */
const BODY_TIMEOUT_MS = 30_000;
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Ends requests whose body does not come in time. @param isExempt those whose handler has a limit of its own */
export function limitTime(server: FastifyInstance, isExempt: (request: FastifyRequest) => boolean): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (hasBody(request) && !isExempt(request)) {
      endWhenLate(request);
    }
    done();
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function endWhenLate({ raw }: FastifyRequest): void {
  const { socket } = raw;
  if (!(socket instanceof Socket)) {
    // A request injected by a test comes over no line that could be slow.
    return;
  }
  const timer = setTimeout(() => {
    socket.end(TOO_SLOW);
    socket.destroySoon();
  }, BODY_TIMEOUT_MS);
  timer.unref();
  for (const over of ['end', 'close'] as const) {
    raw.once(over, () => {
      clearTimeout(timer);
    });
  }
}
