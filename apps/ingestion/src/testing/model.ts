import type { CapturedEvent } from '#contracts';

/** A person of the model. */
export interface ModelPerson {
  readonly ids: Set<string>;
  properties: Record<string, unknown>;
  identified: boolean;
  createdAt: string;
}

/** The rules of spec/ingestion.md, as slow and obvious as can be: one event after the other, nothing composed, nothing batched. */
export class Model {
  private readonly persons = new Set<ModelPerson>();
  private readonly seen = new Map<string, CapturedEvent>();

  apply(event: CapturedEvent): void {
    if (this.seen.has(event.uuid ?? '')) {
      return;
    }
    this.seen.set(event.uuid ?? '', event);
    if (event.process_person === false) {
      return;
    }
    this.merge(event);
    const person = this.find(event.distinct_id) ?? this.add(event);
    const { $set, $set_once, $unset } = (event.properties ?? {}) as Wishes;
    person.properties = { ...person.properties, ...$set };
    person.properties = { ...$set_once, ...person.properties };
    for (const key of $unset ?? []) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the model's persons are plain objects
      delete person.properties[key];
    }
  }

  /** Alive persons, by their distinct ids. */
  state(): object[] {
    return [...this.persons]
      .map((person) => ({
        ids: [...person.ids].sort(),
        properties: person.properties,
        identified: person.identified,
        createdAt: person.createdAt,
      }))
      .sort((a, b) => ((a.ids[0] ?? '') < (b.ids[0] ?? '') ? -1 : 1));
  }

  /** Every event, with the distinct ids of whom it counts for. */
  events(): object[] {
    return [...this.seen.values()]
      .map((event) => ({
        uuid: event.uuid,
        event: event.event,
        owner:
          event.process_person === false ? null : ([...(this.find(event.distinct_id)?.ids ?? [])].sort()[0] ?? null),
      }))
      .sort((a, b) => ((a.uuid ?? '') < (b.uuid ?? '') ? -1 : 1));
  }

  private find(id: string): ModelPerson | undefined {
    return [...this.persons].find((person) => person.ids.has(id));
  }

  private add(event: CapturedEvent): ModelPerson {
    const person = {
      ids: new Set([event.distinct_id]),
      properties: {},
      identified: false,
      createdAt: event.timestamp ?? '',
    };
    this.persons.add(person);
    return person;
  }

  private merge(event: CapturedEvent): void {
    const otherId = otherIdOf(event);
    const other = this.find(otherId ?? '');
    const own = this.find(event.distinct_id);
    if (otherId === undefined || otherId === event.distinct_id || isRefused(event, own, other)) {
      return;
    }
    const person = own ?? other ?? this.add(event);
    person.ids.add(event.distinct_id);
    person.ids.add(otherId);
    person.identified = true;
    if (other !== undefined && other !== person) {
      this.swallow(person, other);
    }
  }

  private swallow(person: ModelPerson, other: ModelPerson): void {
    other.ids.forEach((id) => person.ids.add(id));
    person.properties = { ...other.properties, ...person.properties };
    person.createdAt = person.createdAt < other.createdAt ? person.createdAt : other.createdAt;
    this.persons.delete(other);
  }
}

function isRefused(event: CapturedEvent, own: ModelPerson | undefined, other: ModelPerson | undefined): boolean {
  return other?.identified === true && other !== own && event.event !== '$merge_dangerously';
}

function otherIdOf(event: CapturedEvent): string | undefined {
  const { alias, $anon_distinct_id } = (event.properties ?? {}) as Wishes;
  if (event.event === '$identify') {
    return $anon_distinct_id;
  }
  return ['$create_alias', '$merge_dangerously'].includes(event.event) ? alias : undefined;
}

interface Wishes {
  readonly $set?: Record<string, unknown>;
  readonly $set_once?: Record<string, unknown>;
  readonly $unset?: readonly string[];
  readonly alias?: string;
  readonly $anon_distinct_id?: string;
}
