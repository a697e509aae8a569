import type { Lease } from './courier.js';
import type { Claim, Ledger } from './ledger.js';
import type { LedgerRow } from './ledger-table.js';

/** Prolongs the lease of a claim while its delivery takes long. */
export function leaseOf<Row extends LedgerRow>(ledger: Ledger<Row>, claim: Claim<Row>, clock: () => number): Lease {
  let renewedAt = clock();
  let held = new Set(claim.rows.map((row) => row.position));
  const lost = new Set<string>();
  return {
    async keep() {
      if (clock() - renewedAt > ledger.policy.leaseMs / 3) {
        const kept = await ledger.renew(claim.token, [...held]);
        held.forEach((position) => kept.has(position) || lost.add(position));
        held = kept;
        renewedAt = clock();
      }
      return lost;
    },
  };
}
