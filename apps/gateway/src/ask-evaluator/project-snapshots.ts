import { Inject, Injectable } from '@nestjs/common';

import { Database, inSnapshot, isStatementTimeout, type Transaction } from '#persistence';

import type { GatewayConfig } from '../config.js';
import { GATEWAY_CONFIG } from '../config-token.js';
import { notFound, tookTooLong } from '../http/api-error.js';

/** One moment of a project: what is read through it belongs together. */
export interface ProjectSnapshot {
  readonly transaction: Transaction;
  readonly projectId: number;
  readonly timezone: string;
  /** The database's clock plus the project's offset: the now of every membership decision. */
  readonly now: Date;
  /** `performance.now()` at which the answer is due. */
  readonly deadline: number;
}

type Project = Pick<ProjectSnapshot, 'timezone' | 'now'>;

const READ_PROJECT = 'SELECT timezone, clock_timestamp() + clock_offset AS now FROM project WHERE id = $1';

/** Opens snapshots for questions that people wait for: they write nothing and end in time. */
@Injectable()
export class ProjectSnapshots {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** @throws ApiError 503 when `work` takes longer than it may */
  async read<T>(projectId: number, work: (snapshot: ProjectSnapshot) => Promise<T>): Promise<T> {
    const timeoutMs = this.config.questionTimeoutMs;
    const deadline = performance.now() + timeoutMs;
    try {
      return await inSnapshot({ database: this.database, statementTimeoutMs: timeoutMs }, async (client) => {
        await client.query('SET TRANSACTION READ ONLY');
        const transaction = endingAt(deadline, client);
        const { rows } = await transaction.query<Project>(READ_PROJECT, [projectId]);
        if (rows[0] === undefined) {
          throw notFound();
        }
        return work({ transaction, projectId, deadline, ...rows[0] });
      });
    } catch (error) {
      throw error instanceof OverdueError || isStatementTimeout(error) ? tookTooLong(timeoutMs) : error;
    }
  }
}

class OverdueError extends Error {}

/** A statement's own timeout leaves two hundred short statements unbounded: none starts after the deadline. */
function endingAt(deadline: number, client: Transaction): Transaction {
  return new Proxy(client, {
    get(target, property) {
      if (property === 'query' && performance.now() > deadline) {
        throw new OverdueError();
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
