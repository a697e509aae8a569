import type { MusterApi } from '../../support/muster-api.js';
import { type Ids, translated } from '../translate-filters.js';

export interface HistoryCohort {
  readonly id: number;
  /** As generated: with the world's ids of cohorts and actions. */
  filters: object;
  deleted: boolean;
}

/** Which cohort of the history a `cohort` leaf of another means: `static`, or the place of a dynamic one; never a later one, so no circle. */
export function meaningOf(leafValue: number, place: number): 'static' | number {
  const wanted = leafValue - 2;
  return wanted < 0 || place === 0 ? 'static' : Math.min(wanted, place - 1, 1);
}

/** The cohorts of one history, made and edited over HTTP as any client does. */
export class CohortsOfHistory {
  readonly dynamic: HistoryCohort[] = [];
  private staticId = 0;

  constructor(
    private readonly api: MusterApi,
    private readonly actions: ReadonlyMap<number, number>,
  ) {}

  get idOfStatic(): number {
    return this.staticId;
  }

  async create(definitions: readonly object[]): Promise<void> {
    for (const [place, filters] of definitions.entries()) {
      const { id } = await this.ask('POST', 'cohorts/', {
        name: `Dynamic ${place}`,
        filters: this.translate(filters, place),
      });
      this.dynamic.push({ id, filters, deleted: false });
    }
  }

  async createStatic(): Promise<void> {
    this.staticId = (await this.ask('POST', 'cohorts/', { name: 'Static', is_static: true })).id;
  }

  async addToStatic(uuids: readonly string[]): Promise<void> {
    if (uuids.length > 0) {
      await this.ask('PATCH', `cohorts/${this.staticId}/add_persons_to_static_cohort/`, { person_ids: uuids });
    }
  }

  async edit(place: number, filters: object): Promise<void> {
    const cohort = this.dynamic[place]!;
    if (!cohort.deleted) {
      await this.ask('PATCH', `cohorts/${cohort.id}/`, { filters: this.translate(filters, place) });
      cohort.filters = filters;
    }
  }

  /** Deletes it, or restores it; the first two may be referred to. */
  async toggle(place: number): Promise<void> {
    const cohort = this.dynamic[place]!;
    if (place >= 2) {
      await this.ask('PATCH', `cohorts/${cohort.id}/`, { deleted: !cohort.deleted });
      cohort.deleted = !cohort.deleted;
    }
  }

  async calculateAll(): Promise<void> {
    for (const { id } of this.dynamic.filter(({ deleted }) => !deleted)) {
      await this.ask('POST', `cohorts/${id}/calculate/`);
    }
  }

  private translate(filters: object, place: number): unknown {
    const idOf = (value: number) => {
      const meaning = meaningOf(value, place);
      return meaning === 'static' ? this.staticId : this.dynamic[meaning]!.id;
    };
    const ids: Ids = { cohorts: new Map([1, 2, 3].map((value) => [value, idOf(value)])), actions: this.actions };
    return translated(filters, ids);
  }

  private async ask(method: string, path: string, body?: unknown): Promise<{ id: number }> {
    const answer = await this.api.request(method, path, body);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)} for ${JSON.stringify(body)}`);
    }
    return answer.body as { id: number };
  }
}
