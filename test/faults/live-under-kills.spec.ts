import fc from 'fast-check';
import type { Producer } from 'kafkajs';

import { useStack } from '#testing';

import { compareStream } from '../parity/live/compare-stream.js';
import { historyArbitrary } from '../parity/live/history-arbitrary.js';
import { IngestionWatch } from '../parity/live/ingestion-watch.js';
import { playRound } from '../parity/live/play-round.js';
import { readMetric } from '../parity/live/read-metric.js';
import { Replicas } from '../support/replicas.js';

/** `npm run test:faults` makes it longer. */
const FAULT_MS = Number(process.env['FAULT_SECONDS'] ?? 20) * 1_000;
const AT_ONCE = 15;
const SEED = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Before and after each commit: what was written must come again without harm, what was not must come at all. */
const FAIL_AT = 'realtime.before_commit:0.02,realtime.after_commit:0.02,announcer.after_publish:0.01';

describe('realtime and ingestion are killed again and again while histories are told', () => {
  const stack = useStack(['gateway', 'calculator'], {
    CALCULATOR_SCHEDULE_EVERY_MS: '0',
    SWEEP_INTERVAL_MS: '200',
    REALTIME_FLIP_FROM_MEMBERS: '0',
  });

  const kept: Replicas[] = [];
  const keep = (replicas: Replicas): Replicas => {
    kept.push(replicas);
    return replicas;
  };

  let producer: Producer;

  beforeAll(() => {
    producer = stack.connection.kafka.producer();
  });

  afterAll(async () => {
    await producer.disconnect();
    await Promise.all(kept.map((one) => one.stop()));
  });

  it(
    `two replicas of each keep every member right (seed ${SEED})`,
    async () => {
      const realtime = keep(new Replicas('realtime', { ...stack.env, FAIL_AT }));
      const ingestion = keep(new Replicas('ingestion', stack.env));
      await Promise.all([realtime.start(2), ingestion.start(2)]);
      await producer.connect();
      const realtimeUrls = () => realtime.urls();
      const rig = { stack, producer, realtimeUrls, ingested: new IngestionWatch(stack.database) };
      const endsAt = performance.now() + FAULT_MS;
      let phases = 0;
      let both = 0;
      const disturb = async () => {
        phases += 1;
        const isOfBoth = phases % 2 === 1;
        both += Number(isOfBoth);
        await Promise.all([realtime.killOne(), isOfBoth ? ingestion.killOne() : undefined]);
      };
      for (let first = 0; performance.now() < endsAt; first += AT_ONCE) {
        const histories = fc.sample(historyArbitrary, { seed: SEED, numRuns: first + AT_ONCE }).slice(first);
        await playRound(rig, histories, { seed: SEED, first, disturb });
      }
      await compareStream(stack);
      expect(await readMetric(stack.services.calculator.url, 'cohort_drift_persons_total')).toBe(0);
      // A round has a phase at least, and each phase kills: in the first one, and in every other, a replica of both.
      expect(both).toBeGreaterThan(0);
      expect(realtime.deaths).toBeGreaterThanOrEqual(phases);
      expect(ingestion.deaths).toBeGreaterThanOrEqual(both);
    },
    3 * FAULT_MS + 300_000,
  );
});
