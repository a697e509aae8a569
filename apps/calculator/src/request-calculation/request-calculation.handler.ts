import { Inject, Injectable } from '@nestjs/common';

import { Database, wantCalculation } from '#persistence';

import { CalculationWorkers } from '../calculate-cohort/calculation-workers.js';

/** A cohort's version that somebody waits for. */
export interface CalculationRequest {
  readonly messageId: string;
  readonly projectId: number;
  readonly cohortId: number;
  readonly version: number;
}

const CONSUMER = 'calculator.request-calculation';

/** Records what is wanted and leaves: the work is leased by the workers of any replica, never done inside a Kafka handler. */
@Injectable()
export class RequestCalculationHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CalculationWorkers) private readonly workers: Pick<CalculationWorkers, 'wake'>,
  ) {}

  /** @returns false when the message was handled before */
  async request(request: CalculationRequest): Promise<boolean> {
    const isNew = await this.database.transaction(async (transaction) => {
      const inbox = await transaction.query(
        'INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [CONSUMER, request.messageId],
      );
      if (inbox.rowCount === 0) {
        return false;
      }
      await wantCalculation(transaction, request);
      return true;
    });
    this.workers.wake();
    return isNew;
  }
}
