import { useDatabase } from '#testing';

import { all, CalculatorFixture, inCohort, plan } from '../../apps/calculator/src/testing/calculator-fixture.js';
import { LiveFixture } from '../../apps/realtime/src/testing/live-fixture.js';

const LIMIT = 1_000;
const BLOCK = 65_536;
/** Each has writers that meet those of the others nowhere but in the cohort; as many write at once, each on two connections. */
const BLOCKS = 5;
const PERSONS_A_BLOCK = 240;
const WRITERS = 50;
const SHARE = 24;
const settings = { maxPersons: LIMIT };

describe('a cohort that flags may use, and its size limit', () => {
  const test = useDatabase();
  const calculator = new CalculatorFixture(test);
  const realtime = new LiveFixture(test);

  const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
  const blocks = range(0, BLOCKS).map((block) => range(block * BLOCK, PERSONS_A_BLOCK));
  const everyone = blocks.flat();

  beforeEach(async () => {
    await calculator.newProject();
    realtime.projectId = calculator.projectId;
    for (const block of blocks) {
      await calculator.createPersons(block[0]!, PERSONS_A_BLOCK, 'free');
    }
    await realtime.query('UPDATE person_counter SET next_ordinal = $2 WHERE project_id = $1', BLOCKS * BLOCK);
  });

  async function createCohort(filters: object): Promise<number> {
    const id = await calculator.createCohort(filters);
    await test.database.pool.query(`UPDATE cohort SET cohort_type = 'realtime' WHERE id = $1`, [id]);
    return id;
  }

  async function recalculate(id: number): Promise<void> {
    await calculator.edit(id);
    await calculator.drain(settings);
  }

  const told = async (id: number) => {
    const [approaching, exceeded] = await Promise.all(
      ['cohort.limit.approaching', 'cohort.limit.exceeded'].map((topic) => calculator.messages(topic, id)),
    );
    return { approaching: approaching!.length, exceeded: exceeded!.length };
  };

  type Follow = ReturnType<LiveFixture['replica']>['follow'];
  async function write(follow: Follow, ordinals: readonly number[], planName: string): Promise<void> {
    await calculator.movePersons(ordinals, planName);
    await follow(...ordinals.map((ordinal) => ({ ordinal, properties: ['plan'] })));
  }

  const replica = () => realtime.replica(10_000, LIMIT).follow;

  /** Reads the cohort again and again while the work goes on. @returns the most persons that anybody saw in it */
  async function mostSeen(id: number, work: Promise<unknown>): Promise<number> {
    const ended = work.then(() => true);
    let most = 0;
    for (let isOver = false; !isOver;) {
      most = Math.max(most, (await calculator.members(id)).length);
      isOver = await Promise.race([ended, Promise.resolve(false)]);
    }
    return most;
  }

  it('is never passed by fifty writers in two replicas; the state freezes whole, is told once, and thaws when it fits', async () => {
    const pros = await createCohort(all(plan('pro')));
    const others = await calculator.createCohort(all(plan('pro', true)));
    const referring = await calculator.createCohort(all(inCohort(pros)));
    await calculator.drain(settings);
    const replicas = [replica(), replica()];
    const shareOf = (writer: number) => everyone.slice(writer * SHARE, (writer + 1) * SHARE);
    const writersOf = (block: number) => range((block * WRITERS) / BLOCKS, WRITERS / BLOCKS);
    const writing = Promise.all(
      range(0, BLOCKS).map(async (block) => {
        for (const writer of writersOf(block)) {
          await write(replicas[writer % 2]!, shareOf(writer), 'pro');
        }
      }),
    );
    expect(await mostSeen(pros, writing)).toBeLessThanOrEqual(LIMIT);

    const frozen = await calculator.members(pros);
    expect(frozen.length).toBeGreaterThan(LIMIT - 2 * SHARE);
    expect(await calculator.cohort(pros)).toMatchObject({ limit_exceeded: true, version: 1 });
    expect((await calculator.cohort(pros)).last_error_message).toContain(`more than the limit of ${LIMIT}`);
    expect(await told(pros)).toEqual({ approaching: 1, exceeded: 1 });
    // Nobody else stands still: who has no limit goes on, and who refers to it sees the frozen state.
    expect(await calculator.members(others)).toEqual([]);
    expect(await calculator.members(referring)).toEqual(frozen);

    await write(replicas[0]!, frozen.slice(0, 10), 'free');
    expect(await calculator.members(pros)).toEqual(frozen);
    await recalculate(pros);
    expect(await calculator.members(pros)).toEqual(frozen);
    expect(await calculator.runs(pros)).toMatchObject([
      { state: 'done' },
      { state: 'failed', error_code: 'limit_exceeded' },
    ]);
    expect(await calculator.cohort(pros)).toMatchObject({ version: 1, pending_version: 2, is_calculating: false });
    expect(await told(pros)).toEqual({ approaching: 1, exceeded: 1 });

    await write(replicas[1]!, everyone.slice(0, 350), 'free');
    await recalculate(pros);
    expect(await calculator.cohort(pros)).toMatchObject({ limit_exceeded: false, version: 3 });
    expect(await calculator.members(pros)).toEqual(everyone.slice(350));
    await write(replicas[0]!, everyone.slice(350, 450), 'free');
    expect(await calculator.members(pros)).toEqual(everyone.slice(450));
    expect(await calculator.drift()).toBe(0);
  });

  it('is told of anew when it is approached again, and not before', async () => {
    const pros = await createCohort(all(plan('pro')));
    await calculator.drain(settings);
    const follow = replica();
    await write(follow, everyone.slice(0, 799), 'pro');
    expect(await told(pros)).toEqual({ approaching: 0, exceeded: 0 });
    await write(follow, everyone.slice(799, 800), 'pro');
    await write(follow, everyone.slice(800, 900), 'pro');
    await recalculate(pros);
    expect(await told(pros)).toEqual({ approaching: 1, exceeded: 0 });
    await write(follow, everyone.slice(0, 101), 'free');
    await write(follow, everyone.slice(0, 1), 'pro');
    expect(await told(pros)).toEqual({ approaching: 2, exceeded: 0 });
    await calculator.movePersons(everyone.slice(0, 200), 'free');
    await recalculate(pros);
    await calculator.movePersons(everyone.slice(0, 200), 'pro');
    await recalculate(pros);
    expect(await told(pros)).toEqual({ approaching: 3, exceeded: 0 });
  });

  it('leaves a cohort that never fitted without a version, and readable why', async () => {
    const free = await createCohort(all(plan('free')));
    await calculator.drain(settings);
    expect(await calculator.cohort(free)).toMatchObject({
      ...{ version: null, limit_exceeded: true, is_calculating: false },
      last_error_message:
        'The cohort would hold 1200 persons, more than the limit of 1000. It stays as it was until it fits again.',
    });
    expect(await told(free)).toEqual({ approaching: 0, exceeded: 1 });
    await calculator.movePersons(everyone.slice(0, 200), 'pro');
    await recalculate(free);
    expect(await calculator.cohort(free)).toMatchObject({ version: 2, limit_exceeded: false });
    expect(await told(free)).toEqual({ approaching: 1, exceeded: 1 });
  });

  it('does not concern cohorts that flags cannot use', async () => {
    const free = await calculator.createCohort(all(plan('free')));
    await calculator.drain({ maxPersons: 10 });
    expect(await calculator.members(free)).toHaveLength(1_200);
    await write(realtime.replica(10_000, 10).follow, everyone.slice(0, 5), 'pro');
    expect(await calculator.members(free)).toHaveLength(1_195);
  });
});
