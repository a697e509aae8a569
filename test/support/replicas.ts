import { eventually, type ServiceName, type ServiceProcess, startService } from '#testing';

/** A start may take a minute on a busy machine, and be struck by a fail point. */
const STARTED_WITHIN_MS = 120_000;

/** Replicas of a service that are started again whenever they die, as an orchestrator would. */
export class Replicas {
  /** How often one died. */
  deaths = 0;
  private readonly running: (ServiceProcess | undefined)[] = [];
  private turn = 0;
  private stopped = false;
  private readonly keeping: Promise<void>[] = [];

  constructor(
    private readonly name: ServiceName,
    private readonly env: Record<string, string>,
  ) {}

  async start(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, async (_, slot) => {
        this.keeping.push(this.keep(slot, await this.startOne(slot)));
      }),
    );
  }

  /** Kills the one whose turn it is, as soon as it runs. Resolves when it is dead: of so many calls at least as many deaths. */
  async killOne(): Promise<void> {
    const slot = (this.turn = (this.turn + 1) % this.running.length);
    const victim = await eventually(() => this.runningIn(slot), { withinMs: STARTED_WITHIN_MS });
    victim.kill('SIGKILL');
    await victim.exited;
  }

  /** Kills all for good. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.running.forEach((service) => {
      service?.kill('SIGKILL');
    });
    await Promise.all(this.keeping);
  }

  /** Of all that are to run. @throws while one is being started */
  urls(): string[] {
    return Array.from(this.running, (_, slot) => this.runningIn(slot).url);
  }

  private runningIn(slot: number): ServiceProcess {
    const service = this.running[slot];
    if (service === undefined) {
      throw new Error(`a replica of ${this.name} is being started`);
    }
    return service;
  }

  private async keep(slot: number, first: ServiceProcess): Promise<void> {
    let service = first;
    for (;;) {
      await service.exited;
      this.running[slot] = undefined;
      if (this.stopped) {
        return;
      }
      this.deaths += 1;
      service = await this.startOne(slot);
    }
  }

  private async startOne(slot: number): Promise<ServiceProcess> {
    for (;;) {
      try {
        const service = await startService(this.name, this.env);
        this.running[slot] = service;
        if (this.stopped) {
          service.kill('SIGKILL');
        }
        return service;
      } catch (error) {
        // A fail point struck before it was ready; anything else would strike for ever.
        if (!String(error).includes('before it was ready')) {
          throw error;
        }
        this.deaths += 1;
      }
    }
  }
}
