import { type ServiceName, type ServiceProcess, startService } from '#testing';

/** Replicas of a service that are started again whenever they die, as an orchestrator would. */
export class Replicas {
  /** How often one died. */
  deaths = 0;
  private readonly running: (ServiceProcess | undefined)[] = [];
  private turn = 0;

  constructor(
    private readonly name: ServiceName,
    private readonly env: Record<string, string>,
  ) {}

  async start(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, async (_, slot) => {
        await this.fill(slot);
        void this.keep(slot);
      }),
    );
  }

  /** Kills the one whose turn it is, unless it is being started. */
  killOne(): void {
    this.turn = (this.turn + 1) % this.running.length;
    this.running[this.turn]?.kill('SIGKILL');
  }

  /** Of all that are to run. @throws while one is being started */
  urls(): string[] {
    return Array.from(this.running, (service) => {
      if (service === undefined) {
        throw new Error(`a replica of ${this.name} is being started`);
      }
      return service.url;
    });
  }

  private async keep(slot: number): Promise<void> {
    for (let service = this.running[slot]; service !== undefined; service = this.running[slot]) {
      await service.exited;
      this.deaths += 1;
      this.running[slot] = undefined;
      await this.fill(slot);
    }
  }

  private async fill(slot: number): Promise<void> {
    while (this.running[slot] === undefined) {
      try {
        this.running[slot] = await startService(this.name, this.env);
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
