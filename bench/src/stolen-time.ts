import { readFileSync } from 'node:fs';

interface CpuTicks {
  readonly all: number;
  readonly stolen: number;
}

/**
 * What the host of a virtual machine gave to others since the last call, as a share of all processor time: whatever was measured
 * meanwhile is late by it, and no program here can help it. 0 where the kernel does not tell (not Linux).
 */
export class StolenTime {
  private last = readTicks();

  next(): number {
    const before = this.last;
    this.last = readTicks();
    const all = this.last.all - before.all;
    return all === 0 ? 0 : (this.last.stolen - before.stolen) / all;
  }
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
function readTicks(): CpuTicks {
  const ticks = firstLine().trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), stolen: ticks[7] ?? 0 };
}

function firstLine(): string {
  try {
    return readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}
