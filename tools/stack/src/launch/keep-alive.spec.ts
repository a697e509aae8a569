import { eventually } from '#testing';

import { KeptAlive, type Run } from './keep-alive.js';

/** A thing to keep alive whose runs end when the test says so. */
class Patient {
  readonly ends: ((how: string) => void)[] = [];
  readonly said: string[] = [];
  changes = 0;
  failures = 0;

  readonly kept = new KeptAlive({
    name: 'patient',
    start: () => this.start(),
    say: (line) => this.said.push(line),
    onChange: () => {
      this.changes += 1;
    },
  });

  private start(): Promise<Run> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('no memory'));
    }
    let end: (how: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => (end = resolve));
    this.ends.push(end);
    const stop = (): Promise<void> => {
      end('stopped');
      return Promise.resolve();
    };
    return Promise.resolve({ pid: this.ends.length, ended, stop });
  }
}

describe('keeping something alive', () => {
  it('starts it again when it ends, and tells', async () => {
    const patient = new Patient();
    await patient.kept.start();
    expect([patient.kept.pid, patient.changes]).toEqual([1, 0]);
    patient.ends[0]!('signal SIGKILL');
    await eventually(() => {
      expect([patient.kept.pid, patient.changes]).toEqual([2, 1]);
    });
    expect(patient.said[0]).toContain('patient ended (signal SIGKILL)');
    await patient.kept.stop(0);
  });

  it('tries again, later and later, when the start itself fails', async () => {
    const patient = new Patient();
    await patient.kept.start();
    patient.failures = 2;
    patient.ends[0]!('code 1');
    await eventually(() => {
      expect(patient.kept.pid).toBe(2);
    });
    const pauses = patient.said.map((line) => Number(/in (\d+) ms/.exec(line)?.[1])).filter((ms) => ms > 0);
    expect(pauses).toEqual([200, 400, 800]);
    await patient.kept.stop(0);
  });

  it('gives up at the first start: there is nothing yet to keep', async () => {
    const patient = new Patient();
    patient.failures = 1;
    await expect(patient.kept.start()).rejects.toThrow('no memory');
  });

  it('does not start again what was stopped', async () => {
    const patient = new Patient();
    await patient.kept.start();
    await patient.kept.stop(0);
    expect(patient.said).toEqual([]);
    expect(patient.ends).toHaveLength(1);
  });
});
