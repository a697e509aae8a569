import { eventually } from '#testing';

import { type BenchStack, peakMemoryMb, round, withStack } from './bench-stack.js';
import { HttpClient } from './http-client.js';
import { loadFacts } from './load-facts.js';

const PERSONS = Number(process.env['BENCH_PERSONS'] ?? 1_000_000);
const EVENTS = PERSONS * 10;
const ROUNDS = 5;
const WITHIN_MS = 120_000;

type Condition = Readonly<Record<string, unknown>>;

/** Who is in them differs from round to round, so that nothing is read twice by chance. */
const PROPERTY_COHORTS: readonly ((round: number) => Condition)[] = [
  (n) => ({ type: 'person', key: 'plan', operator: 'exact', value: `p${n}` }),
  (n) => ({ type: 'person', key: 'email', operator: 'icontains', value: `${n}@example` }),
];
const did = (value: string, more: Condition): Condition => ({
  type: 'behavioral',
  value,
  event_type: 'events',
  ...more,
});
const BEHAVIORAL_COHORTS: readonly ((round: number) => Condition)[] = [
  (n) => did('performed_event', { key: 'buy', time_value: 90 - n, time_interval: 'day' }),
  (n) =>
    did('performed_event_multiple', {
      key: 'login',
      time_value: 30 + n,
      time_interval: 'day',
      operator: 'gte',
      operator_value: 2,
    }),
  (n) => did('performed_event_first_time', { key: 'renew', time_value: 20 + n, time_interval: 'day' }),
];

/** From saving a cohort to its use in a flag, and to its members being readable, over many persons and events. */
export async function benchReady(): Promise<void> {
  await withStack(async (stack) => {
    const startedAt = performance.now();
    await loadFacts(stack.database, stack.project.id, { persons: PERSONS, events: EVENTS });
    console.log(
      `ready: ${PERSONS} persons, ${EVENTS} events, loaded in ${round((performance.now() - startedAt) / 1_000)} s`,
    );
    const gateway = await stack.start('gateway');
    const services = [gateway, await stack.start('calculator'), await stack.start('realtime')];
    const client = new HttpClient(gateway.url, stack.project.apiKey, 4);
    const ready = new Readiness(stack, client);
    for (const condition of PROPERTY_COHORTS) {
      await measure(`save -> usable in a flag, ${String(condition(0)['operator'])}`, (n) =>
        ready.inFlag(condition(n), n),
      );
    }
    for (const condition of BEHAVIORAL_COHORTS) {
      await measure(`save -> readable, ${String(condition(0)['value'])}`, (n) => ready.toRead(condition(n)));
    }
    console.log(`  peak memory: ${services.map((one) => `${one.name} ${peakMemoryMb(one)} MB`).join(', ')}`);
    client.close();
  });
}

async function measure(name: string, one: (round: number) => Promise<string>): Promise<void> {
  const times: number[] = [];
  let result = '';
  for (let n = 0; n < ROUNDS; n += 1) {
    const startedAt = performance.now();
    result = await one(n);
    times.push((performance.now() - startedAt) / 1_000);
  }
  const seconds = times.map((time) => round(time, 2));
  console.log(`  ${name}: worst ${Math.max(...seconds)} s of ${seconds.join(', ')} (${result})`);
}

interface CohortBody {
  readonly id: number;
  readonly count: number;
  readonly is_calculating: boolean;
}

class Readiness {
  private readonly path: string;

  constructor(
    private readonly stack: BenchStack,
    private readonly client: HttpClient,
  ) {
    this.path = `/api/projects/${stack.project.id}`;
  }

  /** Until a flag on the cohort is on for one who matches. loadFacts gives person n the plan and the email of n. */
  async inFlag(condition: Condition, n: number): Promise<string> {
    const { id } = await this.save(condition);
    const key = `flag-${id}`;
    const groups = [{ properties: [{ type: 'cohort', key: 'id', value: id }], rollout_percentage: 100 }];
    const flag = JSON.stringify({ key, name: key, filters: { groups } });
    // Refused until the cohort has been calculated.
    await eventually(() => this.client.post(`${this.path}/feature_flags/`, flag), { withinMs: WITHIN_MS });
    const question = JSON.stringify({ token: this.stack.project.token, distinct_id: `d${n}` });
    await eventually(
      async () => {
        const answer = await this.client.post('/flags/?v=2', question);
        const { flags } = JSON.parse(answer) as { flags: Record<string, { enabled: boolean }> };
        if (flags[key]?.enabled !== true) {
          throw new Error(`the flag is not on for d${n}: ${answer}`);
        }
      },
      { withinMs: WITHIN_MS },
    );
    return this.describe(id);
  }

  /** Until the cohort is calculated and a page of its members is there. */
  async toRead(condition: Condition): Promise<string> {
    const { id } = await this.save(condition);
    await eventually(
      async () => {
        const cohort = JSON.parse(await this.client.get(`${this.path}/cohorts/${id}/`)) as CohortBody;
        if (cohort.is_calculating) {
          throw new Error(`cohort ${id} is still being calculated`);
        }
      },
      { withinMs: WITHIN_MS },
    );
    const { results } = JSON.parse(await this.client.get(`${this.path}/cohorts/${id}/persons/`)) as {
      results: object[];
    };
    return `${await this.describe(id)}, first page ${results.length}`;
  }

  private async save(condition: Condition): Promise<CohortBody> {
    const body = { name: 'Ready', filters: { properties: { type: 'AND', values: [condition] } } };
    return JSON.parse(await this.client.post(`${this.path}/cohorts/`, JSON.stringify(body))) as CohortBody;
  }

  private async describe(id: number): Promise<string> {
    const { count } = JSON.parse(await this.client.get(`${this.path}/cohorts/${id}/`)) as CohortBody;
    return `${count} members`;
  }
}
