import fc from 'fast-check';

import { type ServiceProcess, useStack } from '#testing';

import { compareStream } from './compare-stream.js';
import { historyArbitrary } from './history-arbitrary.js';
import { IngestionWatch } from './ingestion-watch.js';
import { playRound } from './play-round.js';
import { readMetric } from './read-metric.js';

const HISTORIES = Number(process.env['MUSTER_HISTORIES'] ?? 20);
const AT_ONCE = Number(process.env['HISTORIES_AT_ONCE'] ?? 40);
const SEED = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Plays this one only: what a failure names. */
const ONLY = process.env['HISTORY_ONLY'];
const MAX_WARNINGS = 5;
const WITHIN_MS = 60_000 + HISTORIES * 6_000;

/** The last lines of its log that say that something went wrong. */
function warningsOf(service: ServiceProcess): string {
  const lines = service.logs().split('\n');
  return lines
    .filter((line) => /"level":(?:40|50|60|"(?:warn|error|fatal)")/.test(line))
    .slice(-MAX_WARNINGS)
    .join('\n');
}

describe('members kept live are those of a full calculation and of the oracle', () => {
  // No schedule: a recalculation would hide what was missed.
  const stack = useStack(undefined, {
    CALCULATOR_SCHEDULE_EVERY_MS: '0',
    SWEEP_INTERVAL_MS: '200',
    REALTIME_FLIP_FROM_MEMBERS: '0',
  });

  it(
    `over ${HISTORIES} histories (seed ${SEED})`,
    async () => {
      const all = fc.sample(historyArbitrary, {
        seed: SEED,
        numRuns: ONLY === undefined ? HISTORIES : Number(ONLY) + 1,
      });
      const from = ONLY === undefined ? 0 : Number(ONLY);
      const producer = stack.connection.kafka.producer();
      await producer.connect();
      const realtimeUrls = () => [stack.services.realtime.url];
      const rig = { stack, producer, realtimeUrls, ingested: new IngestionWatch(stack.database) };
      try {
        for (let first = from; first < all.length; first += AT_ONCE) {
          await playRound(rig, all.slice(first, first + AT_ONCE), { seed: SEED, first });
        }
        await compareStream(stack);
        expect(await readMetric(stack.services.calculator.url, 'cohort_drift_persons_total')).toBe(0);
      } catch (error) {
        throw new Error(`${String(error)}\n${warningsOf(stack.services.realtime)}`, { cause: error });
      } finally {
        await producer.disconnect();
      }
    },
    WITHIN_MS,
  );
});
