import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { Pool } from 'pg';

const [url, projectId, bytes] = process.argv.slice(2);
const pool = new Pool({ connectionString: url, max: 10 });
const around = JSON.stringify({ results: '' }).length;
const answer = JSON.stringify({ results: 'x'.repeat(Number(bytes) - around) });

/**
 * The least that any server in Node does for a lookup: it reads the body, asks PostgreSQL for one row by its key, and answers as many
 * bytes. Its latency is what this machine allows at this moment; what the gateway adds is the difference.
 */
const server = createServer((request, response) => {
  void (async () => {
    const { distinct_ids: ids } = JSON.parse(await text(request)) as { distinct_ids: string[] };
    await pool.query({
      name: 'bare',
      text: 'SELECT ordinal FROM person_distinct_id WHERE project_id = $1 AND distinct_id = $2',
      values: [Number(projectId), ids[0]],
    });
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  })();
});

// As the gateway, so that a connection that rested while the other server was asked need not be opened again.
server.keepAliveTimeout = 72_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
