import { type Pace, PACES } from './paces.js';
import type { ProjectTime } from './project-sweep.js';
import { type OwnProject, takeTurn } from './sweep-turn.js';

/** Projects that note when they are called, each with so many rounds to do of each pace. */
class Notes {
  readonly calls: string[] = [];
  readonly errors: number[] = [];

  project(projectId: number, rounds: Partial<Record<Pace, number>>, failsAt?: Pace): OwnProject {
    const time = { projectId, timezone: 'UTC', number: '1', at: new Date() };
    const left = new Map<Pace, number>();
    const sweep: OwnProject['sweep'] = {
      open: () => {
        PACES.forEach((pace) => left.set(pace, rounds[pace] ?? 0));
        return Promise.resolve();
      },
      isDue: (pace) => (left.get(pace) ?? 0) > 0,
      sweepRound: (_, pace) => {
        if (pace === failsAt) {
          return Promise.reject(new Error('broken'));
        }
        left.set(pace, (left.get(pace) ?? 0) - 1);
        this.calls.push(`${projectId} ${pace}`);
        return Promise.resolve();
      },
      lagAt: () => 0,
      mark: () => {
        this.calls.push(`${projectId} mark`);
        return Promise.resolve();
      },
    };
    return { time, sweep };
  }

  readonly onError = ({ projectId }: ProjectTime) => {
    this.errors.push(projectId);
  };
}

describe('a turn of the sweeper', () => {
  it('goes pace by pace, whichever project it is in', async () => {
    const notes = new Notes();
    const projects = [notes.project(1, { day: 2, minute: 1 }), notes.project(2, { day: 1, minute: 1, moment: 1 })];
    expect(await takeTurn(projects, notes)).toBe(false);
    expect(notes.calls).toEqual([
      ...['2 moment', '1 minute', '2 minute', '1 day', '2 day', '1 day'],
      ...['1 mark', '2 mark'],
    ]);
  });

  it('goes on without a project that fails, and writes no mark of it', async () => {
    const notes = new Notes();
    const projects = [notes.project(1, { minute: 1, day: 1 }, 'minute'), notes.project(2, { day: 1 })];
    expect(await takeTurn(projects, notes)).toBe(false);
    expect(notes.calls).toEqual(['2 day', '2 mark']);
    expect(notes.errors).toEqual([1]);
  });

  it('begins no round when the service stops, and writes no mark', async () => {
    const notes = new Notes();
    const stopping = AbortSignal.abort();
    expect(
      await takeTurn([notes.project(1, { moment: 1, day: 1 })], { signal: stopping, onError: notes.onError }),
    ).toBe(true);
    expect(notes.calls).toEqual([]);
  });

  it('that is over has begun a round of each pace, and marks only what is done', async () => {
    const notes = new Notes();
    const projects = [notes.project(1, { minute: 2, day: 2 }), notes.project(2, { day: 1 }), notes.project(3, {})];
    expect(await takeTurn(projects, { budgetMs: 0, onError: notes.onError })).toBe(true);
    expect(notes.calls).toEqual(['1 minute', '1 day', '3 mark']);
  });

  it('brings in what moves with the minute everywhere before more of it anywhere, also when it is over', async () => {
    const notes = new Notes();
    const projects = [1, 2, 3].map((id) => notes.project(id, { minute: 4, hour: 1 }));
    expect(await takeTurn(projects, { budgetMs: 0, onError: notes.onError })).toBe(true);
    expect(notes.calls).toEqual(['1 minute', '2 minute', '3 minute', '1 hour']);
  });
});
