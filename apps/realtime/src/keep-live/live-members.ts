import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { failPoint, LOGGER, type Logger, Metrics } from '#observability';
import { announceLimit, OutboxRelay } from '#outbox';
import {
  ChunkCache,
  Database,
  isDeadlock,
  type LiveFailure,
  LiveIndex,
  type LiveOccasion,
  type LiveReport,
  refreshMembers,
} from '#persistence';

import type { RealtimeConfig } from '../config.js';
import { REALTIME_CONFIG } from '../config-token.js';
import { REALTIME_METRICS } from '../realtime-metrics.js';

/** Lost races in a row after which the caller's own, slower retry takes over. */
const MAX_ATTEMPTS = 20;
const MAX_PAUSE_MS = 500;

/** The members of live cohorts, brought up to this moment: by what persons did, and by the passing of time. */
@Injectable()
export class LiveMembers implements OnApplicationShutdown {
  readonly index = new LiveIndex();
  private readonly chunks;
  private readonly seconds;
  private readonly cohorts;
  private readonly moves;
  private readonly failures;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: Pick<OutboxRelay, 'wake'>,
    @Inject(REALTIME_CONFIG)
    private readonly config: Pick<
      RealtimeConfig,
      'statementTimeoutMs' | 'maxPersons' | 'membershipCacheMb' | 'flipFromMembers'
    >,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.chunks = new ChunkCache(config.membershipCacheMb * 1024 * 1024, config.flipFromMembers);
    this.seconds = metrics.histogram(REALTIME_METRICS.seconds);
    this.cohorts = metrics.counter(REALTIME_METRICS.cohorts);
    this.moves = metrics.counter(REALTIME_METRICS.moves);
    this.failures = metrics.counter(REALTIME_METRICS.failures);
  }

  onApplicationShutdown(): void {
    this.chunks[Symbol.dispose]();
  }

  /** Resolves when it is committed and readable. */
  async refresh(occasion: LiveOccasion): Promise<LiveReport> {
    const { reason } = occasion;
    const stop = this.seconds.startTimer({ reason });
    const report = await this.untilNobodyIsInTheWay(occasion);
    stop();
    failPoint('realtime.after_commit');
    this.cohorts.inc({ reason }, report.cohorts);
    this.moves.inc({ direction: 'entered' }, report.enteredCount);
    this.moves.inc({ direction: 'left' }, report.leftCount);
    if (report.enteredCount + report.leftCount > 0) {
      this.relay.wake();
    }
    return report;
  }

  private async untilNobodyIsInTheWay(occasion: LiveOccasion): Promise<LiveReport> {
    const { database, index, chunks } = this;
    const { statementTimeoutMs, maxPersons } = this.config;
    const limit = { maxPersons, announce: announceLimit };
    const parts = { database, index, chunks, limit, statementTimeoutMs, onFailure: this.note, beforeCommit };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await refreshMembers(parts, occasion);
      } catch (error) {
        if (!isDeadlock(error) || attempt === MAX_ATTEMPTS) {
          throw error;
        }
        await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 5 * 2 ** attempt));
      }
    }
  }

  private readonly note = (failure: LiveFailure): void => {
    this.failures.inc({}, failure.failed.size);
    this.logger.warn({ error: failure }, 'cohorts are not kept live before their next calculation');
  };
}

function beforeCommit(): void {
  failPoint('realtime.before_commit');
}
