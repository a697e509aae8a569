import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify';

import { Metrics } from '#observability';

import { CAPTURE_PATHS } from '../capture-events/capture-paths.js';
import { FLAG_PATHS } from '../evaluate-flags/flag-paths.js';
import { acceptUploads, isUpload } from '../upload-csv/accept-uploads.js';
import { limitTime, UPLOAD_TIMEOUT_MS } from './limit-time.js';
import { measureRequests } from './measure-requests.js';
import { recordRoutes } from './route-table.js';
import { secureAnswers } from './secure-answers.js';
import { toApiError } from './to-api-error.js';

const CAPTURE_BODY_BYTES = 20 * 1024 * 1024;
const BODY_BYTES = 1024 * 1024;
const TRAILING_SLASH = /\/$/;

/** Options of the server itself; the rest is set by `configureHttp`. */
export const serverOptions: FastifyServerOptions = {
  routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  bodyLimit: BODY_BYTES,
  // Of the longest upload; all other requests are held to less by `limitTime`.
  requestTimeout: UPLOAD_TIMEOUT_MS,
  // What the router refuses (a path that is no UTF-8, a parameter without end) reaches no filter.
  frameworkErrors: (error, _request, reply) => {
    answerRouterError(error, reply);
  },
};

function answerRouterError(error: Error, reply: FastifyReply): void {
  const { status, envelope } = toApiError(error, '');
  void reply.code(status).send(envelope);
}

/** Everything between the socket and the controllers. Must run before the first route is registered. */
export function configureHttp(app: NestFastifyApplication): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  recordRoutes(server);
  readBodiesAsBytes(app, server);
  acceptUploads(server);
  limitBodies(server);
  limitTime(server, isUpload);
  measureRequests(server, app.get(Metrics));
  allowBrowsersOfSdks(app);
  secureAnswers(server);
}

/** SDKs name any content type for the same JSON, so each use case decides what its bytes are. */
function readBodiesAsBytes(app: NestFastifyApplication, server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  app.useBodyParser('*', {}, (_request, body, done) => {
    done(null, body);
  });
}

function limitBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (isCapturePath(route.url)) {
      route.bodyLimit = CAPTURE_BODY_BYTES;
    }
  });
}

function isCapturePath(path: string): boolean {
  return CAPTURE_PATHS.includes(path.replace(TRAILING_SLASH, ''));
}

/** What SDKs call from web pages. */
function isSdkPath(path: string): boolean {
  return isCapturePath(path) || FLAG_PATHS.includes(path.replace(TRAILING_SLASH, ''));
}

function allowBrowsersOfSdks(app: NestFastifyApplication): void {
  app.enableCors({
    delegator: (request, decide) => {
      const path = request.url.split('?')[0] ?? '';
      // A project token is public and no cookie is read, so any page may send events and ask for flags; nothing else is meant for browsers.
      decide(null, isSdkPath(path) ? { origin: true, methods: ['POST', 'OPTIONS'], maxAge: 3600 } : { origin: false });
    },
  });
}
