import type { Transaction } from '#persistence';

import type { CohortRow } from '../present-cohort/cohort-row.js';

/** Gives a cohort the import of its file, in the transaction that creates or edits it. @throws ApiError 400 when it takes none */
export type Adopt = (transaction: Transaction, cohort: CohortRow) => Promise<CohortRow>;
