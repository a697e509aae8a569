import { benchApi } from './api.bench.js';
import { benchCreate } from './create.bench.js';
import { benchCsv } from './csv.bench.js';
import { benchFilters } from './filters.bench.js';
import { benchIngest } from './ingest.bench.js';
import { benchLive } from './live.bench.js';
import { benchLookup } from './lookup.bench.js';
import { benchMidnight } from './midnight.bench.js';
import { benchReady } from './ready.bench.js';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  api: benchApi,
  create: benchCreate,
  csv: benchCsv,
  ingest: benchIngest,
  filters: benchFilters,
  live: benchLive,
  lookup: benchLookup,
  midnight: benchMidnight,
  ready: benchReady,
};

const [name = ''] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (bench === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(' | ')}>`);
  process.exit(2);
}
await bench();
