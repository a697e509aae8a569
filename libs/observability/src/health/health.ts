/** Undefined when fine, else a sentence saying what is wrong. */
type Finding = string | undefined;
type LivenessCheck = () => Finding;
type ReadinessCheck = () => Promise<Finding> | Finding;

/** `failing` names each check that is not fine and what it said. */
export interface HealthReport {
  readonly ok: boolean;
  readonly failing: Readonly<Record<string, string>>;
}

/** A check that does not answer counts as failing: the prober itself gives up soon after. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * What the two probes answer. Liveness says "restart me"; it must not depend on PostgreSQL or Kafka being reachable, or one
 * outage restarts everything. Readiness says "send me work".
 */
export class Health {
  private readonly livenessChecks = new Map<string, LivenessCheck>();
  private readonly readinessChecks = new Map<string, ReadinessCheck>();
  private isDraining = false;

  addLiveness(name: string, check: LivenessCheck): void {
    this.livenessChecks.set(name, check);
  }

  addReadiness(name: string, check: ReadinessCheck): void {
    this.readinessChecks.set(name, check);
  }

  /** From now on not ready, so that nobody sends new work while the process stops. */
  drain(): void {
    this.isDraining = true;
  }

  liveness(): HealthReport {
    return report([...this.livenessChecks].map(([name, check]) => [name, findingOf(check)]));
  }

  async readiness(): Promise<HealthReport> {
    if (this.isDraining) {
      return { ok: false, failing: { process: 'draining' } };
    }
    const findings = [...this.readinessChecks].map(async ([name, check]): Promise<[string, Finding]> => [
      name,
      await boundedFindingOf(check),
    ]);
    return report(await Promise.all(findings));
  }
}

function report(findings: [string, Finding][]): HealthReport {
  const failing = findings.filter((finding): finding is [string, string] => finding[1] !== undefined);
  return { ok: failing.length === 0, failing: Object.fromEntries(failing) };
}

function findingOf(check: LivenessCheck): Finding {
  try {
    return check();
  } catch (error) {
    return String(error);
  }
}

async function boundedFindingOf(check: ReadinessCheck): Promise<Finding> {
  const { promise: tooLate, resolve } = Promise.withResolvers<Finding>();
  const timer = setTimeout(resolve, CHECK_TIMEOUT_MS, `no answer within ${CHECK_TIMEOUT_MS} ms`);
  try {
    return await Promise.race([check(), tooLate]);
  } catch (error) {
    return String(error);
  } finally {
    clearTimeout(timer);
  }
}
