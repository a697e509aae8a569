import type { GonePerson } from '#persistence';

import type { IncomingEvent } from '../ingest-events/incoming-event.js';
import type { NewDistinctId } from '../queries/change-distinct-ids.js';
import type { LockedPerson, MentionedId } from '../queries/lock-persons.js';
import type { Move, MovedFact } from '../queries/move-merged-rows.js';
import { type MergeOutcome, PersonBook } from './person-book.js';
import { PersonDraft, type StoredPerson } from './person-draft.js';

export interface ProjectPerson {
  readonly projectId: number;
  readonly person: PersonDraft;
}

/** What a batch does to persons, over all its projects: facts in, decision out. */
export class BatchPlan {
  private readonly books: ReadonlyMap<number, PersonBook>;

  /** @param locked the persons of those `ids` that belong to somebody */
  constructor(ids: readonly MentionedId[], locked: readonly LockedPerson[]) {
    this.books = openBooks(ids, locked);
  }

  /** @returns per event the person it counts for, by the end of the batch; undefined for an event without a person */
  apply(events: readonly IncomingEvent[]): (PersonDraft | undefined)[] {
    const owners = events.map((event) => this.applyOne(event));
    return owners.map((owner) => owner?.survivor);
  }

  private applyOne(event: IncomingEvent): PersonDraft | undefined {
    if (event.person === undefined) {
      return undefined;
    }
    const book = this.book(event.projectId);
    if (event.person.deletes !== undefined) {
      book.delete(event.distinctId, event.person.deletes);
      return undefined;
    }
    const owner = book.apply(event, event.person);
    owner.events.add(event.event);
    return owner;
  }

  /** Persons who must be stored for the first time, by project; who was merged away before that never existed. */
  newcomers(): Map<number, PersonDraft[]> {
    const newcomers = new Map<number, PersonDraft[]>();
    for (const { projectId, person } of this.persons()) {
      if (person.stored === undefined && person.mergedInto === undefined) {
        const ofProject = newcomers.get(projectId) ?? [];
        newcomers.set(projectId, ofProject);
        ofProject.push(person);
      }
    }
    return newcomers;
  }

  born(): ProjectPerson[] {
    return this.persons().filter(({ person }) => person.born !== undefined);
  }

  /** Stored persons whose rows must be written. */
  changed(): ProjectPerson[] {
    return this.persons().filter(
      ({ person }) =>
        person.stored !== undefined && person.mergedInto === undefined && !person.isDeleted && person.isChanged,
    );
  }

  deleted(): ProjectPerson[] {
    return this.persons().filter(({ person }) => person.isDeleted);
  }

  /** Stored persons whose distinct ids become nobody's: the deleted, and those who were merged into them before. */
  released(): ProjectPerson[] {
    return this.persons().filter(({ person }) => person.stored !== undefined && person.survivor.isDeleted);
  }

  /** Stored persons who are there no more, and whom they became, by project. */
  gone(): Map<number, GonePerson[]> {
    const gone = [...this.lost(), ...this.deleted()].map(({ projectId, person }) => ({
      projectId,
      ordinal: person.ordinal,
      survivor: person.survivor.isDeleted ? null : person.survivor.ordinal,
    }));
    return Map.groupBy(gone, ({ projectId }) => projectId);
  }

  /** Stored persons who are merged away. */
  lost(): ProjectPerson[] {
    return this.persons().filter(({ person }) => person.stored !== undefined && person.mergedInto !== undefined);
  }

  moves(): Move[] {
    return this.lost().map(({ projectId, person }) => ({
      projectId,
      loser: person.ordinal,
      survivor: person.survivor.ordinal,
    }));
  }

  /** Events of a loser's past are news about her survivor. */
  countMoved(facts: readonly MovedFact[]): void {
    const survivors = new Map<string, PersonDraft>();
    for (const { projectId, person } of this.lost()) {
      survivors.set(`${projectId}:${person.survivor.ordinal}`, person.survivor);
    }
    for (const { projectId, ordinal, event } of facts) {
      survivors.get(`${projectId}:${ordinal}`)?.events.add(event);
    }
  }

  newDistinctIds(): NewDistinctId[] {
    return [...this.books].flatMap(([projectId, book]) =>
      [...book.newDistinctIds].flatMap((distinctId) => {
        const person = book.find(distinctId);
        return person === undefined ? [] : [{ projectId, distinctId, ordinal: person.ordinal }];
      }),
    );
  }

  /** Everyone who is or was stored and to whom the batch did something. */
  touched(): ProjectPerson[] {
    return this.persons().filter(
      ({ person }) => (person.stored ?? person.born) !== undefined && (person.events.size > 0 || isInvolved(person)),
    );
  }

  mergeOutcomes(): Map<MergeOutcome, number> {
    const sums = new Map<MergeOutcome, number>();
    for (const book of this.books.values()) {
      for (const [outcome, count] of book.outcomes) {
        sums.set(outcome, (sums.get(outcome) ?? 0) + count);
      }
    }
    return sums;
  }

  private persons(): ProjectPerson[] {
    return [...this.books].flatMap(([projectId, book]) => [...book.persons()].map((person) => ({ projectId, person })));
  }

  private book(projectId: number): PersonBook {
    const book = this.books.get(projectId);
    if (book === undefined) {
      throw new Error(`an event of project ${projectId} mentions no distinct id`);
    }
    return book;
  }
}

function isInvolved(person: PersonDraft): boolean {
  return person.mergedInto !== undefined || person.isDeleted || person.born !== undefined || person.isChanged;
}

function openBooks(ids: readonly MentionedId[], locked: readonly LockedPerson[]): Map<number, PersonBook> {
  const drafts = draftsOf(locked);
  const known = new Map<number, [string, PersonDraft][]>(ids.map(({ projectId }) => [projectId, []]));
  for (const { id, person } of locked) {
    const draft = drafts.get(personKey(id.projectId, person));
    if (draft !== undefined) {
      known.get(id.projectId)?.push([id.distinctId, draft]);
    }
  }
  return new Map([...known].map(([projectId, pairs]) => [projectId, new PersonBook(pairs)]));
}

/** One draft a person, however many of her distinct ids were asked for; with her properties when one of them is merging. */
function draftsOf(locked: readonly LockedPerson[]): Map<string, PersonDraft> {
  const stored = new Map<string, StoredPerson>();
  for (const { id, person } of locked) {
    const key = personKey(id.projectId, person);
    if (person.merging !== undefined || !stored.has(key)) {
      stored.set(key, person);
    }
  }
  return new Map([...stored].map(([key, person]) => [key, PersonDraft.of(person)]));
}

function personKey(projectId: number, person: StoredPerson): string {
  return `${projectId}:${person.ordinal}`;
}
