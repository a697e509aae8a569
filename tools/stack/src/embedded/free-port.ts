import { createServer } from 'node:net';

/** Below the ephemeral range: a client that keeps dialling a closed ephemeral port may connect to itself and so take it. */
const FIRST = 20_000;
const LAST = 32_000;
const TRIES = 200;

const handedOut = new Set<number>();

/** @returns a port of 127.0.0.1 that nobody listens on and that this process has not handed out before */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (!handedOut.has(port) && (await isFree(port))) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`No free port of 127.0.0.1 found between ${FIRST} and ${LAST} in ${TRIES} tries.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
