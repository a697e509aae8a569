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
    const { alias, $anon_distinct_id } = (event.properties ?? {}) as Wishes;
    const otherId = event.event === '$identify' ? $anon_distinct_id : alias;
    const wanted = ['$identify', '$create_alias', '$merge_dangerously'].includes(event.event);
    if (!wanted || otherId === undefined || otherId === event.distinct_id) {
      return;
    }
    const other = this.find(otherId);
    if (other?.identified === true && other !== this.find(event.distinct_id) && event.event !== '$merge_dangerously') {
      return;
    }
    const own = this.find(event.distinct_id) ?? other ?? this.add(event);
    own.ids.add(event.distinct_id);
    own.ids.add(otherId);
    own.identified = true;
    if (other !== undefined && other !== own) {
      other.ids.forEach((id) => own.ids.add(id));
      own.properties = { ...other.properties, ...own.properties };
      own.createdAt = own.createdAt < other.createdAt ? own.createdAt : other.createdAt;
      this.persons.delete(other);
    }
  }
}

interface Wishes {
  readonly $set?: Record<string, unknown>;
  readonly $set_once?: Record<string, unknown>;
  readonly $unset?: readonly string[];
  readonly alias?: string;
  readonly $anon_distinct_id?: string;
}
