import type { FastifyInstance } from 'fastify';

import type { Metrics } from '#observability';

/** Seconds; a create is meant to answer within 50 ms. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Counts and times every answer by route pattern, so that no id ever becomes a label. */
export function measureRequests(server: FastifyInstance, metrics: Metrics): void {
  const labels = ['method', 'route', 'status'];
  const total = metrics.counter('muster_gateway_http_requests_total', 'Answered HTTP requests.', labels);
  const seconds = metrics.histogram(
    'muster_gateway_http_request_seconds',
    'Time from the first byte of a request to the end of its answer.',
    ['route'],
    BUCKETS,
  );
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    total.inc({ method: request.method, route, status: String(reply.statusCode) });
    seconds.observe({ route }, reply.elapsedTime / 1000);
    done();
  });
}
