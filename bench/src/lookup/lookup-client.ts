import { HttpClient } from '../http-client.js';
import { openLoop } from '../open-loop.js';
import { StolenTime } from '../stolen-time.js';

export interface LookupLoad {
  readonly urls: readonly string[];
  readonly apiKey: string;
  readonly path: string;
  readonly persons: number;
  readonly connections: number;
  readonly perSecond: number;
  readonly warmUpMs: number;
  readonly rounds: number;
  /** Of each server in each round. */
  readonly sliceMs: number;
}

/** One server for a while, in turn with the others. */
export interface LookupSlice {
  /** Of `urls`. */
  readonly server: number;
  /** Milliseconds of each answer. */
  readonly latencies: readonly number[];
  /** 0 to 1. */
  readonly stolen: number;
}

/**
 * Asks servers in turns at a fixed rate and prints the milliseconds of each answer: a process of its own, so that nobody else's garbage
 * is measured.
 */
async function main(load: LookupLoad): Promise<void> {
  const clients = load.urls.map((url) => new HttpClient(url, load.apiKey, load.connections));
  const askFor = (client: HttpClient, forMs: number) =>
    openLoop(load.perSecond, forMs, () => {
      const distinctId = `d${Math.floor(Math.random() * load.persons)}`;
      return client.post(load.path, JSON.stringify({ distinct_ids: [distinctId] }));
    });
  // Cold code answers late, on both sides.
  for (const client of clients) {
    await askFor(client, load.warmUpMs);
  }
  const slices: LookupSlice[] = [];
  for (let round = 0; round < load.rounds; round += 1) {
    for (const [server, client] of clients.entries()) {
      const stolen = new StolenTime();
      slices.push({ server, latencies: await askFor(client, load.sliceMs), stolen: stolen.next() });
    }
  }
  clients.forEach((client) => {
    client.close();
  });
  process.stdout.write(JSON.stringify(slices));
}

if (process.argv[2] !== undefined) {
  await main(JSON.parse(process.argv[2]) as LookupLoad);
}
