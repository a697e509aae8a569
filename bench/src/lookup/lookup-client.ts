import { type Latency, openLoop } from '../open-loop.js';
import { StolenTime } from '../stolen-time.js';
import { PlainClient } from './plain-client.js';

export interface LookupLoad {
  readonly urls: readonly string[];
  readonly apiKey: string;
  readonly path: string;
  readonly persons: number;
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
  readonly latencies: readonly Latency[];
  /** 0 to 1. */
  readonly stolen: number;
}

/**
 * Asks servers in turns at a fixed rate and prints how long each answer took: a process of its own, so that nobody else's garbage
 * is measured.
 */
async function main(load: LookupLoad): Promise<void> {
  const clients = load.urls.map((url) => new PlainClient(url, load.path, load.apiKey));
  const askFor = (client: PlainClient, forMs: number) =>
    openLoop(load.perSecond, forMs, () => {
      const distinctId = `d${Math.floor(Math.random() * load.persons)}`;
      return client.post(JSON.stringify({ distinct_ids: [distinctId] }));
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
