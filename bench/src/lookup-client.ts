import { HttpClient } from './http-client.js';
import { openLoop } from './open-loop.js';

export interface LookupLoad {
  readonly url: string;
  readonly apiKey: string;
  readonly path: string;
  readonly persons: number;
  readonly connections: number;
  readonly perSecond: number;
  readonly warmUpMs: number;
  readonly forMs: number;
}

/** Asks at a fixed rate and prints the milliseconds of each answer: a process of its own, so that nobody else's garbage is measured. */
async function main(load: LookupLoad): Promise<void> {
  const client = new HttpClient(load.url, load.apiKey, load.connections);
  const ask = () => {
    const distinctId = `d${Math.floor(Math.random() * load.persons)}`;
    return client.post(load.path, JSON.stringify({ distinct_ids: [distinctId] }));
  };
  // Cold code answers late, on both sides.
  await openLoop(load.perSecond, load.warmUpMs, ask);
  const latencies = await openLoop(load.perSecond, load.forMs, ask);
  client.close();
  process.stdout.write(JSON.stringify(latencies));
}

if (process.argv[2] !== undefined) {
  await main(JSON.parse(process.argv[2]) as LookupLoad);
}
