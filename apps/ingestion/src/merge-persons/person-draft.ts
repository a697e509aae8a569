import { type Properties, PropertyChanges } from './property-changes.js';

/** A person as her locked row tells it. */
export interface StoredPerson {
  readonly ordinal: number;
  readonly uuid: string;
  readonly isIdentified: boolean;
  /** Only of persons whom the batch may merge: nobody else's are needed. */
  readonly merging?: { readonly createdAt: Date; readonly properties: Properties };
}

/** A person while a batch is being planned: what is stored of her and what will be. */
export class PersonDraft {
  readonly changes = new PropertyChanges();
  /** Names of the events that count for her because of this batch. */
  readonly events = new Set<string>();
  mergedInto: PersonDraft | undefined;
  isDeleted = false;
  /** Whether she took in somebody, one of the two being stored before. */
  hasMerged = false;
  /** Whether a distinct id is hers that was nobody's. */
  hasNewIds = false;
  isIdentified: boolean;
  /** The earliest instant that this batch knows of; of a stored person who takes in nobody it is unknown. */
  createdAt: Date | undefined;
  /** Given to the new ones when the plan stands: who is merged away before she was stored needs none. */
  born: { readonly ordinal: number; readonly uuid: string } | undefined;

  private constructor(readonly stored: StoredPerson | undefined) {
    this.isIdentified = stored?.isIdentified ?? false;
    this.createdAt = stored?.merging?.createdAt;
  }

  static of(stored: StoredPerson): PersonDraft {
    return new PersonDraft(stored);
  }

  static new(createdAt: Date): PersonDraft {
    const draft = new PersonDraft(undefined);
    draft.createdAt = createdAt;
    return draft;
  }

  /** Her row; of a new person only after she got one. */
  get row(): { readonly ordinal: number; readonly uuid: string } {
    const row = this.stored ?? this.born;
    if (row === undefined) {
      throw new Error('a person was used before she got an ordinal');
    }
    return row;
  }

  get ordinal(): number {
    return this.row.ordinal;
  }

  /** Whom she is now, after all merges so far. */
  get survivor(): PersonDraft {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- a walk has to start somewhere
    let person: PersonDraft = this;
    while (person.mergedInto !== undefined) {
      person = person.mergedInto;
    }
    return person;
  }

  /** Whether a stored row would hold something else than before. */
  get isChanged(): boolean {
    return (
      !this.changes.isEmpty ||
      this.isIdentified !== this.stored?.isIdentified ||
      this.createdAt !== this.stored.merging?.createdAt
    );
  }

  /** Takes `loser` in: her own values win, the earlier birth stays. */
  absorb(loser: PersonDraft): void {
    this.changes.once(loser.currentProperties());
    this.createdAt = earlier(this.createdAt, loser.createdAt);
    for (const event of loser.events) {
      this.events.add(event);
    }
    this.hasMerged ||= loser.hasMerged || (this.stored ?? loser.stored) !== undefined;
    this.hasNewIds ||= loser.hasNewIds;
    loser.mergedInto = this;
  }

  private currentProperties(): Properties {
    if (this.stored !== undefined && this.stored.merging === undefined) {
      throw new Error('a person is merged whose properties were not loaded');
    }
    return this.changes.applyTo(this.stored?.merging?.properties ?? {});
  }
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) {
    return a ?? b;
  }
  return b < a ? b : a;
}
