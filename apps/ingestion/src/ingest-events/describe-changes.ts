import { blockOf } from '#cohort-core';
import { blockKey, ChangedPerson, MAX_PERSONS_PER_CHANGE_MESSAGE, PersonChanged, TOPICS } from '#contracts';
import type { OutboxMessage } from '#outbox';

import type { ProjectPerson } from '../merge-persons/batch-plan.js';
import type { PersonDraft } from '../merge-persons/person-draft.js';

/** Bytes of names in one message, as JSON writes them (a control character takes six): far below Kafka's 1 MB. */
const MAX_NAMES_LENGTH = 500_000;

export interface BlockChanges {
  readonly projectId: number;
  readonly block: number;
  readonly persons: readonly PersonDraft[];
}

/** Who changed, by block, sorted as their keys are locked; within a block by ordinal. */
export function groupByBlock(touched: readonly ProjectPerson[]): BlockChanges[] {
  const blocks = new Map<string, BlockChanges & { readonly persons: PersonDraft[] }>();
  const sorted = [...touched].sort((a, b) => a.projectId - b.projectId || a.person.ordinal - b.person.ordinal);
  for (const { projectId, person } of sorted) {
    const block = blockOf(person.ordinal);
    const key = blockKey(projectId, block);
    const group = blocks.get(key) ?? { projectId, block, persons: [] };
    blocks.set(key, group);
    group.persons.push(person);
  }
  return [...blocks.values()];
}

/** The `person.changed` messages of one block. */
export function describeChanges(
  changes: BlockChanges,
  at: Date,
  maxNamesLength = MAX_NAMES_LENGTH,
): OutboxMessage<PersonChanged>[] {
  const messages: ChangedPerson[][] = [];
  let room = 0;
  for (const part of changes.persons.flatMap((person) => describePerson(person, maxNamesLength))) {
    const size = namesLength(part);
    const last = messages.at(-1);
    if (last !== undefined && last.length < MAX_PERSONS_PER_CHANGE_MESSAGE && size <= room) {
      last.push(part);
      room -= size;
    } else {
      messages.push([part]);
      room = maxNamesLength - size;
    }
  }
  const { projectId, block } = changes;
  const key = blockKey(projectId, block);
  return messages.map((persons) => ({
    topic: TOPICS.personChanged,
    key,
    projectId,
    message: Object.assign(new PersonChanged(), {
      schema_version: 1,
      project_id: projectId,
      block,
      at: at.toISOString(),
      persons,
    }),
  }));
}

/** Usually one part; a person with very many names is told in several, which add up. */
function describePerson(person: PersonDraft, maxNamesLength: number): ChangedPerson[] {
  const { ordinal, uuid } = person.row;
  const first = Object.assign(changedPerson(ordinal, uuid), flagsOf(person));
  if (person.mergedInto !== undefined) {
    first.merged_into = person.survivor.row.uuid;
    return [first];
  }
  if (person.isDeleted) {
    first.deleted = true;
    return [first];
  }
  const parts = [first];
  addNames(parts, 'events', person.events, maxNamesLength);
  addNames(parts, 'properties', person.changes.keys(), maxNamesLength);
  return parts;
}

function flagsOf(person: PersonDraft): Pick<ChangedPerson, 'born' | 'merged' | 'distinct_ids'> {
  const isBorn = person.born !== undefined;
  return {
    ...(isBorn && { born: true }),
    ...(person.hasMerged && { merged: true }),
    ...(person.hasNewIds && !isBorn && { distinct_ids: true }),
  };
}

function addNames(
  parts: ChangedPerson[],
  kind: 'events' | 'properties',
  names: Iterable<string>,
  maxNamesLength: number,
): void {
  let last = parts.at(-1);
  let room = maxNamesLength - (last === undefined ? 0 : namesLength(last));
  for (const name of names) {
    if (last === undefined || (bytesOf(name) > room && last.events.length + last.properties.length > 0)) {
      last = changedPerson(parts[0]?.ordinal ?? 0, parts[0]?.uuid ?? '');
      parts.push(last);
      room = maxNamesLength;
    }
    last[kind].push(name);
    room -= bytesOf(name);
  }
}

function changedPerson(ordinal: number, uuid: string): ChangedPerson {
  return Object.assign(new ChangedPerson(), { ordinal, uuid, events: [], properties: [] });
}

function namesLength(person: ChangedPerson): number {
  const sum = (names: readonly string[]) => names.reduce((total, name) => total + bytesOf(name), 0);
  return sum(person.events) + sum(person.properties);
}

/** With its quotes and comma. */
function bytesOf(name: string): number {
  return Buffer.byteLength(JSON.stringify(name)) + 1;
}
