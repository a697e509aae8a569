import { Inject, Injectable } from '@nestjs/common';

import { Database } from '#persistence';

import { ImportWorkers } from '../import-csv/import-workers.js';

export interface ImportRequest {
  readonly projectId: number;
  readonly cohortId: number;
  readonly importId: string;
}

/** Wanting twice is wanting once, so that no inbox is needed; what has ended stays ended. */
const WANT = 'UPDATE csv_import SET is_wanted = true WHERE id = $1 AND project_id = $2 AND cohort_id = $3';

/** Records that the import is wanted and leaves: the work is leased by the workers of any replica. */
@Injectable()
export class RequestImportHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ImportWorkers) private readonly workers: ImportWorkers,
  ) {}

  /** @returns false when there is no such import */
  async request({ importId, projectId, cohortId }: ImportRequest): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(WANT, [importId, projectId, cohortId]);
    this.workers.wake();
    return rowCount === 1;
  }
}
