import type { Telling } from './history.js';

type Told = Pick<Telling, 'distinctId' | 'event' | 'properties' | 'ofPerson'>;

/**
 * Says where a history must wait because the order between two distinct ids would matter: only one id may change persons that
 * belong together; events that change nothing of persons who are there may come whenever they like.
 */
export class OrderOfEvents {
  /** Of each id known so far in this wave, the name of its group. */
  private readonly groups = new Map<string, string>();
  private readonly speakers = new Map<string, string>();

  /** @param persons the distinct ids of each person, as this wave begins */
  constructor(private readonly persons: readonly (readonly string[])[]) {
    for (const ids of persons) {
      ids.forEach((id) => this.groups.set(id, ids[0] ?? id));
    }
  }

  /** Takes the event into the wave. @returns false when it must wait for what was told before */
  admits(telling: Told): boolean {
    const isKnown = this.persons.some((ids) => ids.includes(telling.distinctId));
    if (!telling.ofPerson || (isKnown && isPlain(telling))) {
      return true;
    }
    const groups = new Set(idsOf(telling).map((id) => this.groups.get(id) ?? id));
    const speakers = new Set([...groups].flatMap((group) => this.speakers.get(group) ?? []));
    if ([...speakers].some((speaker) => speaker !== telling.distinctId)) {
      return false;
    }
    this.unite(groups, telling.distinctId);
    idsOf(telling).forEach((id) => this.groups.set(id, telling.distinctId));
    return true;
  }

  private unite(groups: ReadonlySet<string>, speaker: string): void {
    for (const [id, group] of this.groups) {
      if (groups.has(group)) {
        this.groups.set(id, speaker);
      }
    }
    this.speakers.set(speaker, speaker);
  }
}

function isPlain({ event, properties }: Told): boolean {
  const asks = ['$set', '$set_once', '$unset'].some((name) => name in properties);
  return !asks && !['$identify', '$create_alias', '$merge_dangerously'].includes(event);
}

function idsOf({ distinctId, properties }: Told): string[] {
  const others = [properties['alias'], properties['$anon_distinct_id']];
  return [distinctId, ...others.filter((one) => typeof one === 'string')];
}
