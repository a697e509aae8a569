import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { lastLines, type ServerProcess } from './server-process.js';

const POLL_MS = 30;

/** Repeats `probe` until it resolves. @throws when the server exits or the time is over, with the last lines of its log */
export async function waitUntilUp(
  name: string,
  server: ServerProcess,
  probe: () => Promise<void>,
  withinMs: number,
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    try {
      await probe();
      return;
    } catch (error) {
      if (server.hasExited() || waitedMs > withinMs) {
        throw new Error(`${name} did not start. The end of ${server.logFile}:\n${lastLines(server.logFile)}`, {
          cause: error,
        });
      }
    }
    await sleep(POLL_MS);
  }
}

/** Resolves when somebody listens on 127.0.0.1:port. */
export function probePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
