import { blockOf, localDay } from '#cohort-core';

import type { ProjectPerson } from '../merge-persons/batch-plan.js';
import type { ActivityRow, PresenceRow } from '../queries/append-bitmaps.js';

/** That a person did something at some instant. */
export interface Fact {
  readonly projectId: number;
  readonly ordinal: number;
  readonly event: string;
  readonly time: Date;
}

type Collected<R> = R & { readonly ordinals: number[] };

/** One row per project, event, local day and block. @param timezones by project */
export function collectActivity(facts: Iterable<Fact>, timezones: ReadonlyMap<number, string>): ActivityRow[] {
  const rows = new Map<string, Collected<ActivityRow>>();
  for (const { projectId, ordinal, event, time } of facts) {
    const day = localDay(time, timezones.get(projectId) ?? 'UTC');
    const chunk = blockOf(ordinal);
    const key = `${projectId}:${chunk}:${day}:${event}`;
    const row = rows.get(key) ?? { projectId, event, day, chunk, ordinals: [] };
    rows.set(key, row);
    row.ordinals.push(ordinal);
  }
  return [...rows.values()];
}

export function collectPresence(born: readonly ProjectPerson[], lost: readonly ProjectPerson[]): PresenceRow[] {
  const rows = new Map<string, Collected<PresenceRow>>();
  const collect = (kind: PresenceRow['kind']) => {
    return ({ projectId, person }: ProjectPerson) => {
      const chunk = blockOf(person.ordinal);
      const key = `${projectId}:${chunk}:${kind}`;
      const row = rows.get(key) ?? { projectId, kind, chunk, ordinals: [] };
      rows.set(key, row);
      row.ordinals.push(person.ordinal);
    };
  };
  born.forEach(collect('born'));
  lost.forEach(collect('gone'));
  return [...rows.values()];
}
