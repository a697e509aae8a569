import { serveTestServers, type TestServers } from '../servers/serve.js';

let servers: TestServers | undefined;

/** Jest's globalSetup: one keeper of servers a run, unless MUSTER_TEST_SERVERS names one that is already there. */
export default async function setUp(): Promise<void> {
  const given = process.env['MUSTER_TEST_SERVERS'];
  if (given === undefined || given === '') {
    servers = await serveTestServers();
    process.env['MUSTER_TEST_SERVERS'] = servers.url;
    stopOnSignals();
  }
}

/** Jest ends without its globalTeardown when it is interrupted. */
function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void tearDownServers().finally(() => process.exit(1));
    });
  }
}

/** Stops what setUp started; nothing when the servers were given. */
export async function tearDownServers(): Promise<void> {
  await servers?.stop();
}
