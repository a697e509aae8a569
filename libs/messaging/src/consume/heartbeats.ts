import type { EachBatchPayload } from 'kafkajs';

import type { Membership } from './membership.js';

/**
 * Keeps the session alive while handlers run, however long they take: kafkajs itself sends heartbeats between fetches only.
 * What the answer says about the group ends the membership. Call what is returned to stop.
 */
export function keepAlive(payload: EachBatchPayload, membership: Membership, everyMs: number): () => void {
  const timer = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => {
      endMembership(membership, error);
    });
  }, everyMs);
  return () => {
    clearInterval(timer);
  };
}

function endMembership(membership: Membership, error: unknown): void {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'REBALANCE_IN_PROGRESS') {
    membership.end();
  } else if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION') {
    membership.abort();
  }
}
