import { serveTestServers } from './serve.js';

/** `npm run test:servers`: keeps the servers up between runs of a developer. Ctrl-C stops and forgets them. */
const servers = await serveTestServers();
console.log(`export MUSTER_TEST_SERVERS=${servers.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void servers.stop();
  });
}
