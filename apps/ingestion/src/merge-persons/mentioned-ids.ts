import type { IncomingEvent } from '../ingest-events/incoming-event.js';
import type { LockStrength, MentionedId } from '../queries/lock-persons.js';

/** Every distinct id that the events speak of, once; those that a merge names are marked. */
export function mentionedIds(events: readonly IncomingEvent[]): MentionedId[] {
  const ids = new Map<string, MentionedId>();
  const mention = (projectId: number, distinctId: string, isMerging: boolean) => {
    const key = `${projectId}:${distinctId}`;
    if (isMerging || !ids.has(key)) {
      ids.set(key, { projectId, distinctId, isMerging });
    }
  };
  for (const { projectId, distinctId, person } of events) {
    if (person !== undefined) {
      mention(projectId, distinctId, person.merge !== undefined);
    }
    if (person?.merge !== undefined) {
      mention(projectId, person.merge.otherId, true);
    }
  }
  return [...ids.values()];
}

/** The weakest lock that the events can live with; one for all persons, so that one ordered pass takes them. */
export function lockStrengthFor(events: readonly IncomingEvent[]): LockStrength {
  if (events.some(({ person }) => person?.merge !== undefined || person?.deletes !== undefined)) {
    return 'FOR UPDATE';
  }
  const isChanging = events.some(
    ({ person }) => person?.set !== undefined || person?.once !== undefined || person?.unset !== undefined,
  );
  return isChanging ? 'FOR NO KEY UPDATE' : 'FOR KEY SHARE';
}
