/** Another owner has taken the import: whatever this one does affects no row. */
export class LostLeaseError extends Error {
  constructor() {
    super('the import belongs to another owner now');
    this.name = 'LostLeaseError';
  }
}

/** The cohort is no longer one that a file can be imported into. */
export class WrongCohortError extends Error {
  constructor(readonly code: 'cohort_deleted' | 'not_static') {
    super(code === 'cohort_deleted' ? 'The cohort was deleted.' : 'The cohort is not static any more.');
    this.name = 'WrongCohortError';
  }
}

/** The stored file is not what its import says: trying again cannot help. */
export class UnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableError';
  }
}
