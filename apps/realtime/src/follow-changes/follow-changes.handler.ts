import { Inject, Injectable } from '@nestjs/common';

import { BitmapScope } from '#cohort-core';
import type { PersonChanged } from '#contracts';
import { Metrics } from '#observability';
import type { PersonNews, Touched } from '#persistence';

import { LiveMembers } from '../keep-live/live-members.js';
import { REALTIME_METRICS } from '../realtime-metrics.js';
import { newsOf } from './news-of.js';

/** So many persons a transaction: its locks are not held for seconds. */
const MAX_PERSONS = 5_000;

/**
 * What is told of persons, into the members of the cohorts that want to know. It decides nothing: whoever is named is evaluated again
 * as she is now, so messages may come twice, late, or about persons who are gone.
 */
@Injectable()
export class FollowChangesHandler {
  private readonly freshness;
  private readonly persons;

  constructor(
    @Inject(LiveMembers) private readonly live: Pick<LiveMembers, 'refresh'>,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.freshness = metrics.histogram(REALTIME_METRICS.freshness);
    this.persons = metrics.counter(REALTIME_METRICS.persons);
  }

  async follow(messages: readonly PersonChanged[]): Promise<void> {
    for (const projectId of new Set(messages.map(({ project_id }) => project_id))) {
      const own = messages.filter(({ project_id }) => project_id === projectId);
      const news = own.flatMap(({ persons }) => persons.map(newsOf));
      for (let start = 0; start < news.length; start += MAX_PERSONS) {
        await this.refresh(projectId, news.slice(start, start + MAX_PERSONS));
      }
      this.count(own, news.length);
    }
  }

  private async refresh(projectId: number, news: readonly PersonNews[]): Promise<void> {
    using scope = new BitmapScope();
    let touched: Touched = new Map();
    await this.live.refresh({
      projectId,
      reason: 'change',
      cohortsOf: (index) => {
        touched = index.touchedBy(news, scope);
        return touched.keys();
      },
      personsOf: () => touched,
    });
  }

  private count(messages: readonly PersonChanged[], persons: number): void {
    this.persons.inc({}, persons);
    for (const { at } of messages) {
      this.freshness.observe(Math.max(0, Date.now() - Date.parse(at)) / 1_000);
    }
  }
}
