/** Asks the servers' keeper (serve.ts) of this run; it starts a server when nobody did before. */
export function askForPostgres(): Promise<{ url: string }> {
  return ask('/postgres');
}

export function askForKafka(): Promise<{ brokers: string[] }> {
  return ask('/kafka');
}

/** @returns the directory of the run, where pid files of services belong */
export function askForDirectory(): Promise<{ directory: string }> {
  return ask('/directory');
}

async function ask<T>(path: string): Promise<T> {
  const keeper = process.env['MUSTER_TEST_SERVERS'];
  if (keeper === undefined || keeper === '') {
    throw new Error(
      'No test servers: run through `npm test`, or set MUSTER_TEST_SERVERS to what `npm run test:servers` prints.',
    );
  }
  // A kept connection that idles for 5 s is closed by the keeper just when the next file asks over it.
  const response = await fetch(keeper + path, { headers: { connection: 'close' } });
  if (!response.ok) {
    throw new Error(`The test servers did not start: ${await response.text()}`);
  }
  return (await response.json()) as T;
}
