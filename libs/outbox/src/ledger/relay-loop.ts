import { type Logger, WakeUp } from '#observability';

import type { Settlement } from './claim-sql.js';
import type { Courier } from './courier.js';
import type { DeliveryReport } from './delivery.js';
import { leaseOf } from './lease.js';
import type { Claim, Ledger } from './ledger.js';
import type { LedgerMetrics } from './ledger-metrics.js';
import type { LedgerRow } from './ledger-table.js';

interface Open {
  readonly token: string;
  readonly settlement: Settlement;
}

/** How often a relay looks without being woken; bounds how long a row of a killed process waits. */
const POLL_MS = 1_000;
const OUTAGE_MIN_MS = 250;
const OUTAGE_MAX_MS = 5_000;

/** Claims, delivers, settles, again and again: one delivery at a time, the settlement riding on the next claim. */
export class RelayLoop<Row extends LedgerRow> {
  private readonly wakeUp = new WakeUp();
  private stopAt: number | undefined;
  private running: Promise<void> | undefined;
  private outageMs = 0;
  private open: Open | undefined;
  private floorTimer: NodeJS.Timeout | undefined;
  private movingFloor: Promise<void> | undefined;

  constructor(
    private readonly ledger: Ledger<Row>,
    private readonly courier: Courier<Row>,
    private readonly metrics: LedgerMetrics,
    private readonly logger: Logger,
    /** Monotonic milliseconds. */
    private readonly clock: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.running ??= this.run();
    this.floorTimer ??= setInterval(() => {
      this.movingFloor ??= this.moveFloor().finally(() => (this.movingFloor = undefined));
    }, POLL_MS).unref();
  }

  /** There is something to send: look at once. Any number of calls while a turn runs lead to one more turn. */
  wake(): void {
    this.wakeUp.wake();
  }

  /** Sends what is there, for at most `graceMs`, then ends. What is left goes out through another process or after the next start. */
  async stop(graceMs: number): Promise<void> {
    this.stopAt = this.clock() + graceMs;
    clearInterval(this.floorTimer);
    this.wakeUp.end();
    await Promise.race([this.running, new Promise((resolve) => setTimeout(resolve, graceMs + 500).unref())]);
  }

  private async run(): Promise<void> {
    while (!this.isOver()) {
      // Only a look that began after the call to stop has seen all that was committed before it.
      const isLastLook = this.stopAt !== undefined;
      const worked = await this.turn().catch((error: unknown) => this.failed(error));
      if (this.outageMs > 0) {
        await this.wakeUp.pause(this.outageMs);
      } else if (!worked) {
        if (isLastLook) {
          break;
        }
        await this.wakeUp.wait(POLL_MS);
      }
    }
    await this.settle().catch((error: unknown) => this.failed(error));
  }

  private isOver(): boolean {
    return this.stopAt !== undefined && (this.clock() >= this.stopAt || this.outageMs > 0);
  }

  /** @returns whether there was anything to do */
  private async turn(): Promise<boolean> {
    this.wakeUp.look();
    const { claim, lost } = await this.ledger.turn(this.open);
    this.open = undefined;
    this.lost(lost);
    if (claim.rows.length === 0) {
      this.outageMs = 0;
      return false;
    }
    this.open = { token: claim.token, settlement: { done: [], released: claim.rows.map((row) => row.position) } };
    const report = await this.courier.deliver(claim.rows, leaseOf(this.ledger, claim, this.clock));
    this.open = { token: claim.token, settlement: report };
    await this.judge(claim, report);
    return true;
  }

  private async judge(claim: Claim<Row>, report: DeliveryReport): Promise<void> {
    this.metrics.settled(report);
    if (report.refusals.length > 0) {
      report.refusals.forEach(({ row, error }) => {
        this.logger.warn(
          { ledger: this.ledger.table.name, position: row.position, key: row.key, attempts: row.attempts + 1, error },
          'message refused',
        );
      });
      const { dead, lost } = await this.ledger.charge(claim.token, report.refusals);
      this.metrics.died(dead);
      this.lost(lost);
    }
    if (report.brokersAway === undefined) {
      this.outageMs = 0;
    } else {
      await this.settle();
      this.backOff(report.brokersAway, 'brokers away; messages wait in the database');
    }
  }

  private async settle(): Promise<void> {
    if (this.open !== undefined) {
      const { token, settlement } = this.open;
      this.open = undefined;
      this.lost(await this.ledger.settle(token, settlement));
    }
  }

  private lost(rows: number): void {
    if (rows > 0) {
      this.metrics.leaseLost(rows);
      this.logger.warn(
        { ledger: this.ledger.table.name, rows },
        'lease lost: another relay has told these too, with the same ids',
      );
    }
  }

  /** A failure is the database's and shows in the turns. */
  private async moveFloor(): Promise<void> {
    await this.ledger.moveFloor().catch(() => undefined);
  }

  private failed(error: unknown): boolean {
    this.backOff(error, 'relay turn failed');
    return true;
  }

  private backOff(error: unknown, what: string): void {
    this.outageMs = Math.min(OUTAGE_MAX_MS, Math.max(OUTAGE_MIN_MS, this.outageMs * 2));
    this.logger.warn({ ledger: this.ledger.table.name, error, retry_ms: this.outageMs }, what);
  }
}
