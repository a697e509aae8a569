import type { CohortMembershipChanged } from '#contracts';
import type { ReceivedMessage } from '#messaging';
import { type Database, type StoredMembers, uniteMembers } from '#persistence';

/**
 * Rebuilds the members of a cohort from `cohort.membership.changed` alone, by the rule the topic promises: of each chunk apply
 * what is above the last revision applied whole, in order. @throws when a revision is missing, or somebody enters twice
 */
export function replayMembership(
  messages: readonly ReceivedMessage<CohortMembershipChanged>[],
  cohortId: number,
): string[] {
  const members = new Set<string>();
  const applied = new Map<number, { revision: number; part: number; parts: number }>();
  for (const { value } of messages.filter((message) => message.value.cohort_id === cohortId)) {
    const last = applied.get(value.chunk) ?? { revision: 0, part: 1, parts: 1 };
    if (!isNext(value, last)) {
      continue;
    }
    applied.set(value.chunk, value);
    apply(value, members);
  }
  return [...members].sort();
}

/** Copies of what was applied are skipped; a gap is an error. */
function isNext(
  { cohort_id, chunk, revision, part }: CohortMembershipChanged,
  last: { revision: number; part: number; parts: number },
): boolean {
  if (revision < last.revision || (revision === last.revision && part <= last.part)) {
    return false;
  }
  const isNextPart = revision === last.revision && part === last.part + 1;
  const isNextRevision = revision === last.revision + 1 && part === 1 && last.part === last.parts;
  if (!isNextPart && !isNextRevision) {
    throw new Error(
      `cohort ${cohort_id}, chunk ${chunk}: revision ${revision} part ${part} came after ${JSON.stringify(last)}`,
    );
  }
  return true;
}

function apply({ cohort_id, entered, left }: CohortMembershipChanged, members: Set<string>): void {
  for (const uuid of entered) {
    if (members.has(uuid)) {
      throw new Error(`cohort ${cohort_id}: ${uuid} entered twice`);
    }
    members.add(uuid);
  }
  for (const uuid of left) {
    if (!members.delete(uuid)) {
      throw new Error(`cohort ${cohort_id}: ${uuid} left without having entered`);
    }
  }
}

/** The members as stored, by uuid. */
export async function storedMembers(database: Database, cohortId: number): Promise<string[]> {
  const chunks = await database.pool.query<StoredMembers & { project_id: number }>(
    'SELECT project_id, bitmap, flipped FROM cohort_chunk WHERE cohort_id = $1',
    [cohortId],
  );
  const members = uniteMembers(chunks.rows);
  const ordinals = members.toArray();
  members.dispose();
  const persons = await database.pool.query<{ uuid: string }>(
    'SELECT uuid FROM person WHERE project_id = $1 AND ordinal = ANY($2)',
    [chunks.rows[0]?.project_id ?? 0, ordinals],
  );
  return persons.rows.map(({ uuid }) => uuid).sort();
}
