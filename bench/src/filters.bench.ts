import { BEHAVIORS, bitmapOf, parseFilters } from '#cohort-core';
import { type Database, evaluateInProject } from '#persistence';

import { quantile, round, withStack } from './bench-stack.js';
import { loadFacts } from './load-facts.js';

const PERSONS = Number(process.env['BENCH_PERSONS'] ?? 1_000_000);
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 10_000_000);
const FEW = 1_000;
const RUNS = 5;

const behavioral = (value: string, rest: object) => ({
  type: 'behavioral',
  key: 'buy',
  event_type: 'events',
  value,
  ...rest,
});

/** One leaf of each kind, and for properties one of each method. */
const LEAVES: readonly [string, object][] = [
  ['person exact', { type: 'person', key: 'plan', operator: 'exact', value: 'p3' }],
  ['person icontains', { type: 'person', key: 'email', operator: 'icontains', value: '99@' }],
  ['person regex', { type: 'person', key: 'plan', operator: 'regex', value: '^p[1-3]$' }],
  ['person is_date_after', { type: 'person', key: 'signed_up', operator: 'is_date_after', value: '-30d' }],
  ['distinct_id exact', { type: 'person', key: 'distinct_id', operator: 'exact', value: 'd7' }],
  ['person_metadata', { type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-30d' }],
  ['performed_event, 90 days', behavioral('performed_event', { time_value: 90, time_interval: 'day' })],
  [
    'performed_event, filtered',
    behavioral('performed_event', {
      time_value: 30,
      time_interval: 'day',
      event_filters: [{ type: 'event', key: 'amount', operator: 'gt', value: 450 }],
    }),
  ],
  ...Object.entries(BEHAVIORS)
    .filter(([name]) => !['performed_event', 'performed_event_multiple_times'].includes(name))
    .map(([name, { example }]): [string, object] => [name, behavioral(name, example.fields)]),
];

/** The time of each leaf kind within everyone and within 1,000 persons, on real tables of the product. */
export async function benchFilters(): Promise<void> {
  await withStack(async ({ database, project }) => {
    const startedAt = performance.now();
    await loadFacts(database, project.id, { persons: PERSONS, events: EVENTS });
    console.log(
      `filters: ${PERSONS} persons, ${EVENTS} events, loaded in ${round((performance.now() - startedAt) / 1_000)} s`,
    );
    const few = Array.from({ length: FEW }, (_, index) => Math.floor((index * PERSONS) / FEW));
    for (const [name, leaf] of LEAVES) {
      const everyone = await times(database, project.id, leaf, null);
      const within = await times(database, project.id, leaf, few);
      console.log(
        `  ${name.padEnd(30)} everyone ${everyone.median} ms (${everyone.members} members); within ${FEW}: median ${within.median} ms, worst ${within.worst} ms`,
      );
    }
  });
}

interface Times {
  readonly median: number;
  readonly worst: number;
  readonly members: number;
}

async function times(database: Database, projectId: number, leaf: object, within: number[] | null): Promise<Times> {
  const { tree } = parseFilters({ properties: { type: 'AND', values: [leaf] } });
  const runs: number[] = [];
  let members = 0;
  for (let run = 0; run <= RUNS; run += 1) {
    const startedAt = performance.now();
    await database.transaction(async (transaction) => {
      const question = {
        projectId,
        timezone: 'UTC',
        at: new Date(),
        within: within === null ? null : bitmapOf(within),
      };
      const [bitmap] = await evaluateInProject(transaction, [tree], question);
      members = bitmap?.size ?? 0;
      bitmap?.dispose();
    }, 'REPEATABLE READ');
    runs.push(performance.now() - startedAt);
  }
  // The first run warms caches and plans.
  const measured = runs.slice(1);
  return { median: round(quantile(measured, 0.5)), worst: round(Math.max(...measured)), members };
}
