import fc from 'fast-check';

import { useStack } from '#testing';

import { historyArbitrary } from './history-arbitrary.js';
import { IngestionWatch } from './ingestion-watch.js';
import { playRound } from './play-round.js';

const HISTORIES = Number(process.env['MUSTER_HISTORIES'] ?? 20);
const AT_ONCE = Number(process.env['HISTORIES_AT_ONCE'] ?? 40);
const SEED = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Plays this one only: what a failure names. */
const ONLY = process.env['HISTORY_ONLY'];
const WITHIN_MS = 60_000 + HISTORIES * 6_000;

describe('members kept live are those of a full calculation and of the oracle', () => {
  // No schedule: a recalculation would hide what was missed.
  const stack = useStack(undefined, { CALCULATOR_SCHEDULE_EVERY_MS: '0' });

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
      const rig = { stack, producer, ingested: new IngestionWatch(stack.database) };
      try {
        for (let first = from; first < all.length; first += AT_ONCE) {
          await playRound(rig, all.slice(first, first + AT_ONCE), { seed: SEED, first });
        }
      } finally {
        await producer.disconnect();
      }
    },
    WITHIN_MS,
  );
});
