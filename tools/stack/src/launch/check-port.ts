import { createServer } from 'node:net';

import { ConfigError } from '#config';

/** @throws ConfigError when somebody listens on the port already, before anything else is started */
export async function checkPort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new ConfigError('PORT', `${port} cannot be listened on (${error.code ?? error.message}); set another, or 0`),
      );
    });
    server.listen(port, () => {
      server.close(() => {
        resolve();
      });
    });
  });
}
