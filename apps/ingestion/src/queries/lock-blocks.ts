import type { Transaction } from '#persistence';

// unnest gives the pairs in the order they were sent in, and so the locks are taken.
const SQL =
  'SELECT pg_advisory_xact_lock(q.project_id, q.block) FROM unnest($1::int[], $2::int[]) q(project_id, block)';

/**
 * Holds the keys of `person.changed` until the transaction ends, so that outbox order is commit order per key.
 * Taken last of all, because every batch of a small project wants the same one.
 * @param blocks sorted by project, then block
 */
export async function lockBlocks(
  transaction: Transaction,
  blocks: readonly { readonly projectId: number; readonly block: number }[],
): Promise<void> {
  await transaction.query(SQL, [blocks.map((one) => one.projectId), blocks.map((one) => one.block)]);
}
