import { type ServiceName, type ServiceProcess, startService } from '#testing';

/** A service that is started again whenever it dies, as an orchestrator would; `FAIL_AT` makes it die. */
export interface KeptService {
  /** Deaths so far. */
  deaths(): number;
  /** From now on without the fault: the running process is killed and a sound one started. */
  heal(): Promise<ServiceProcess>;
}

/** Starts `name` with the environment and the fault, and keeps it alive. */
export async function keepAlive(name: ServiceName, env: Record<string, string>, failAt: string): Promise<KeptService> {
  let deaths = 0;
  let healed = false;
  const isHealed = () => healed;
  let current = await startFaulty();
  const watching = watch();

  async function startFaulty(): Promise<ServiceProcess> {
    for (;;) {
      try {
        return await startService(name, { ...env, FAIL_AT: failAt });
      } catch (error) {
        // The fault struck before the service was ready; anything else would strike for ever.
        if (!String(error).includes('before it was ready')) {
          throw error;
        }
        deaths += 1;
      }
    }
  }

  async function watch(): Promise<void> {
    for (;;) {
      await current.exited;
      if (isHealed()) {
        return;
      }
      deaths += 1;
      current = await startFaulty();
      if (isHealed()) {
        // Asked for while it was being started: with nothing left to do it would never die by itself.
        current.kill('SIGKILL');
      }
    }
  }

  return {
    deaths: () => deaths,
    async heal() {
      healed = true;
      current.kill('SIGKILL');
      await watching;
      return startService(name, env);
    },
  };
}
