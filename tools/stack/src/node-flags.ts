/**
 * How each service is run; docker-compose.yml and the Dockerfile say the same. A small young generation keeps a service small. The
 * gateway's is large from the start: at 4 MB it collected 80 times where it collects 25 times now, and what a request had to wait for most was
 * that (p99 of a lookup 11 to 20 ms → 6.5 to 9, peak 234 → 240 MB). V8 marks and compiles for it in one thread, not in four: on two processors
 * two of them took both, and requests waited 4 to 12 ms for one. Ingestion makes garbage by the batch and is a fifth faster with a larger one,
 * and its old generation is bounded, because V8 would rather grow than collect: a batch needs far less. So does csv-import.
 * Realtime and ingestion collect all of their heap only when it has more than doubled: V8 did so seven times in ten seconds, beside the
 * work. That costs about 50 MB each (docs/decisions/0012).
 */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  gateway: ['--min-semi-space-size=16', '--max-semi-space-size=16', '--v8-pool-size=1'],
  ingestion: ['--max-semi-space-size=16', '--max-old-space-size=256', '--heap-growing-percent=100'],
  realtime: ['--max-semi-space-size=32', '--max-old-space-size=256', '--heap-growing-percent=150'],
  'csv-import': ['--max-semi-space-size=8', '--max-old-space-size=160'],
};
const SMALL = ['--max-semi-space-size=4'];

export function nodeFlagsOf(app: string): string[] {
  return ['--enable-source-maps', ...(SIZES[app] ?? SMALL)];
}
