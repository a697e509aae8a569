import { distinctIdProblem } from '#contracts';

import type { IncomingEvent, MergeWish, PersonWishes } from '../ingest-events/incoming-event.js';
import { PersonDraft } from './person-draft.js';

export type MergeOutcome = 'merged' | 'id added' | 'already one' | 'refused: identified' | 'refused: illegal id';

/**
 * The persons of one project whom a batch speaks of, in memory: distinct id -> person. Applies events in their order;
 * the rules are those of docs/invariants.md. Pure: knows neither the database nor the clock.
 */
export class PersonBook {
  private readonly byDistinctId = new Map<string, PersonDraft>();
  /** The deleted, and those who were merged into them: no distinct id leads to them any more. */
  private readonly buried = new Set<PersonDraft>();
  /** Distinct ids that nobody has in the database, or that a deletion of this batch sets free. */
  readonly newDistinctIds = new Set<string>();
  readonly outcomes = new Map<MergeOutcome, number>();

  /** @param stored the person each known distinct id belongs to; one draft for all ids of a person */
  constructor(stored: Iterable<readonly [distinctId: string, person: PersonDraft]>) {
    this.byDistinctId = new Map(stored);
  }

  /** Does to the persons what the event says. @returns the person whom it counts for; follow `survivor` when all events are in */
  apply(event: Pick<IncomingEvent, 'distinctId' | 'timestamp'>, wishes: PersonWishes): PersonDraft {
    if (wishes.merge !== undefined) {
      const outcome = this.merge(event, wishes.merge);
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    }
    const person = this.find(event.distinctId) ?? this.add(event.distinctId, PersonDraft.new(event.timestamp));
    person.changes.set(wishes.set ?? {});
    person.changes.once(wishes.once ?? {});
    person.changes.unset(wishes.unset ?? []);
    return person;
  }

  /**
   * Deletes the person of the distinct id if it is she who is meant: since somebody asked for it she may have been merged away, and
   * the id be another's. Her distinct ids are free then, so that a later event makes a new person.
   * @returns whether she was deleted
   */
  delete(distinctId: string, uuid: string): boolean {
    const person = this.find(distinctId);
    if (person?.stored?.uuid !== uuid) {
      return false;
    }
    person.isDeleted = true;
    this.buried.add(person);
    for (const [id, one] of this.byDistinctId) {
      if (one.survivor === person) {
        this.buried.add(one);
        this.byDistinctId.delete(id);
      }
    }
    return true;
  }

  /** The person whom the distinct id belongs to at this moment. */
  find(distinctId: string): PersonDraft | undefined {
    return this.byDistinctId.get(distinctId)?.survivor;
  }

  /** Every person the batch knows of, those merged away or deleted too. */
  persons(): Set<PersonDraft> {
    return new Set([...this.byDistinctId.values(), ...this.buried]);
  }

  private merge(event: Pick<IncomingEvent, 'distinctId' | 'timestamp'>, wish: MergeWish): MergeOutcome {
    if (distinctIdProblem(wish.otherId) !== undefined) {
      return 'refused: illegal id';
    }
    const other = this.find(wish.otherId);
    const own = this.find(event.distinctId);
    if (other === undefined) {
      const person = own ?? this.add(event.distinctId, PersonDraft.new(event.timestamp));
      this.add(wish.otherId, person);
      person.isIdentified = true;
      return 'id added';
    }
    return own === other ? this.confirm(own) : this.join(event.distinctId, own, other, wish.force);
  }

  private confirm(person: PersonDraft): MergeOutcome {
    person.isIdentified = true;
    return 'already one';
  }

  private join(distinctId: string, own: PersonDraft | undefined, other: PersonDraft, force: boolean): MergeOutcome {
    if (other.isIdentified && !force) {
      return 'refused: identified';
    }
    if (own === undefined) {
      this.add(distinctId, other);
      other.isIdentified = true;
      return 'id added';
    }
    own.absorb(other);
    own.isIdentified = true;
    return 'merged';
  }

  private add(distinctId: string, person: PersonDraft): PersonDraft {
    if (!this.byDistinctId.has(distinctId)) {
      this.newDistinctIds.add(distinctId);
      person.hasNewIds = true;
    }
    this.byDistinctId.set(distinctId, person);
    return person;
  }
}
