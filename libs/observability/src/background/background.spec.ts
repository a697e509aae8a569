import { eventually } from '#testing';

import { type PeriodicJob, PeriodicJobs } from './periodic-jobs.js';
import { WakeUp } from './wake-up.js';
import { type Work, WorkerLoops } from './worker-loops.js';

/** Longer than a test may take: whoever sleeps so long was not woken. */
const LONG_MS = 600_000;

function listener(): { logger: { warn: (fields: object) => void }; warnings: object[] } {
  const warnings: object[] = [];
  return { warnings, logger: { warn: (fields) => void warnings.push(fields) } };
}

describe('a wake-up', () => {
  it('wakes everyone who sleeps', async () => {
    const wakeUp = new WakeUp();
    const sleepers = [wakeUp.wait(LONG_MS), wakeUp.wait(LONG_MS)];
    wakeUp.wake();
    await Promise.all(sleepers);
  });

  it('is kept as one for the next sleeper when nobody sleeps, and forgotten by a look', async () => {
    const wakeUp = new WakeUp();
    wakeUp.wake();
    wakeUp.wake();
    await wakeUp.wait(LONG_MS);
    expect(await isAsleep(wakeUp)).toBe(true);
    wakeUp.wake();
    wakeUp.look();
    expect(await isAsleep(wakeUp)).toBe(true);
  });

  it('does not end a pause, and is kept meanwhile; the end ends all sleep', async () => {
    const wakeUp = new WakeUp();
    const pause = wakeUp.pause(LONG_MS);
    wakeUp.wake();
    await wakeUp.wait(LONG_MS);
    expect(await Promise.race([pause.then(() => 'over'), aWhile().then(() => 'pausing')])).toBe('pausing');
    const sleeper = wakeUp.wait(LONG_MS);
    wakeUp.end();
    await Promise.all([pause, sleeper, wakeUp.wait(LONG_MS), wakeUp.pause(LONG_MS)]);
  });

  it('is not needed once the time is over', async () => {
    await new WakeUp().wait(1);
    await new WakeUp().pause(1);
  });
});

describe('worker loops', () => {
  function loops(run: Work['run'], workers = 1): WorkerLoops & AsyncDisposable & { warnings: object[] } {
    const { logger, warnings } = listener();
    const started = new WorkerLoops({ name: 'spec', workers, run }, logger, 1);
    started.start();
    return Object.assign(started, { warnings, [Symbol.asyncDispose]: () => started.stop() });
  }

  it('go on at once while there is work, then sleep until somebody wakes them', async () => {
    let due = 3;
    let looks = 0;
    await using working = loops(() => {
      looks += 1;
      due -= due > 0 ? 1 : 0;
      return Promise.resolve(due > 0 ? undefined : LONG_MS);
    });
    await eventually(() => {
      expect(due).toBe(0);
    });
    due = 1;
    const before = looks;
    working.wake();
    await eventually(() => {
      expect([due, looks]).toEqual([0, before + 1]);
    });
  });

  it('look again when what they were told to wait for is over', async () => {
    let looks = 0;
    await using working = loops(() => Promise.resolve((looks += 1) < 3 ? 1 : LONG_MS));
    await eventually(() => {
      expect(looks).toBe(3);
    });
    expect(working.warnings).toEqual([]);
  });

  it('work side by side', async () => {
    let atOnce = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await using working = loops(() => {
      atOnce += 1;
      return promise.then(() => LONG_MS);
    }, 3);
    await eventually(() => {
      expect(atOnce).toBe(3);
    });
    resolve(undefined);
    expect(working.warnings).toEqual([]);
  });

  it('tell a failure and try again', async () => {
    let looks = 0;
    await using working = loops(() => {
      looks += 1;
      return looks === 1 ? Promise.reject(new Error('away')) : Promise.resolve(LONG_MS);
    });
    await eventually(() => {
      expect(looks).toBe(2);
    });
    expect(working.warnings).toEqual([expect.objectContaining({ work: 'spec' })]);
  });

  it('stop when the work under way is over, and take no more', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let looks = 0;
    let stopping: AbortSignal | undefined;
    const working = new WorkerLoops(
      {
        name: 'spec',
        workers: 1,
        run: (signal) => {
          looks += 1;
          stopping = signal;
          return promise;
        },
      },
      listener().logger,
    );
    working.start();
    let isStopped = false;
    const stopped = working.stop().then(() => (isStopped = true));
    await aWhile();
    expect([stopping?.aborted, isStopped]).toEqual([true, false]);
    resolve(undefined);
    await stopped;
    expect(looks).toBe(1);
  });
});

describe('periodic jobs', () => {
  function jobs(...list: Omit<PeriodicJob, 'name'>[]): AsyncDisposable & { warnings: object[] } {
    const { logger, warnings } = listener();
    const started = new PeriodicJobs(
      list.map((job, index) => ({ name: `job ${index}`, ...job })),
      logger,
    );
    started.start();
    return { warnings, [Symbol.asyncDispose]: () => started.stop() };
  }

  it('run each again and again, also after a failure, which is told', async () => {
    let good = 0;
    let bad = 0;
    await using running = jobs(
      { everyMs: 1, run: () => Promise.resolve((good += 1)) },
      { everyMs: 1, run: () => Promise.reject(new Error(`no ${(bad += 1)}`)) },
    );
    await eventually(() => {
      expect(Math.min(good, bad)).toBeGreaterThan(2);
    });
    expect(running.warnings[0]).toMatchObject({ job: 'job 1' });
  });

  it('may have their first turn, and their next one, sooner', async () => {
    let turns = 0;
    await using running = jobs({
      everyMs: LONG_MS,
      firstMs: 1,
      run: (again) => {
        turns += 1;
        if (turns < 3) {
          again(1);
        }
        return Promise.resolve();
      },
    });
    await eventually(() => {
      expect(turns).toBe(3);
    });
    expect(running.warnings).toEqual([]);
  });

  it('are never run twice at once, and stop when the turn under way is over', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let turns = 0;
    const running = jobs({
      everyMs: 1,
      run: () => {
        turns += 1;
        return promise;
      },
    });
    await eventually(() => {
      expect(turns).toBe(1);
    });
    let isStopped = false;
    const stopped = running[Symbol.asyncDispose]().then(() => (isStopped = true));
    await aWhile();
    expect([turns, isStopped]).toEqual([1, false]);
    resolve(undefined);
    await stopped;
    await aWhile();
    expect(turns).toBe(1);
  });
});

async function isAsleep(wakeUp: WakeUp): Promise<boolean> {
  let isAwake = false;
  const sleeper = wakeUp.wait(LONG_MS).then(() => (isAwake = true));
  await aWhile();
  const wasAsleep = !isAwake;
  wakeUp.wake();
  await sleeper;
  return wasAsleep;
}

/** Nothing to wait for shows that something does not happen: long enough for a dozen timers of a millisecond. */
const aWhile = (): Promise<void> => new WakeUp().pause(25);
