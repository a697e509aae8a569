import { benchCreate } from './create.bench.js';
import { benchFilters } from './filters.bench.js';
import { benchIngest } from './ingest.bench.js';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  create: benchCreate,
  ingest: benchIngest,
  filters: benchFilters,
};

const [name = ''] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (bench === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(' | ')}>`);
  process.exit(2);
}
await bench();
