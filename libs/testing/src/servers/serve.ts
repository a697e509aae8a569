import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { embeddedSource } from './embedded-source.js';
import { openRunDirectory } from './run-directory.js';
import type { ServerSource } from './server-source.js';
import { testcontainersSource } from './testcontainers-source.js';

/** Tells test files where PostgreSQL and Kafka are, and starts each when the first of them asks: specs that need none pay nothing. */
export interface TestServers {
  /** What MUSTER_TEST_SERVERS is set to. */
  readonly url: string;
  /** Where pid files of the services started by tests go. */
  readonly directory: string;
  stop(): Promise<void>;
}

export async function serveTestServers(): Promise<TestServers> {
  const directory = await openRunDirectory();
  const source = process.env['TEST_INFRA'] === 'testcontainers' ? testcontainersSource() : embeddedSource(directory);
  const server = createServer((request, response) => {
    void answer(source, directory, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    directory,
    async stop() {
      server.close();
      server.closeAllConnections();
      await source.stop();
    },
  };
}

async function answer(
  source: ServerSource,
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await lookUp(source, directory, request.url);
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? null));
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
}

async function lookUp(source: ServerSource, directory: string, path: string | undefined): Promise<object | undefined> {
  switch (path) {
    case '/postgres':
      return { url: await source.postgres() };
    case '/kafka':
      return { brokers: await source.kafka() };
    case '/directory':
      return { directory };
    default:
      return undefined;
  }
}
