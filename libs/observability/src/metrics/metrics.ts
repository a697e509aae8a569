import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { MetricDefinition } from './metric-catalogue.js';

type Named<L extends string> = MetricDefinition<L> | string;

interface Identity<L extends string> {
  name: string;
  help: string;
  labelNames: L[];
}

/** The metrics of this process. Asking twice for a name gives the same metric. */
export class Metrics {
  readonly registry = new Registry();

  /** Adds what prom-client knows about any Node process: CPU, memory, event-loop delay, garbage collection. */
  withProcessMetrics(): this {
    collectDefaultMetrics({ register: this.registry });
    return this;
  }

  counter<L extends string = string>(named: Named<L>, help?: string, labels?: readonly L[]): Counter<L> {
    const identity = identify(named, help, labels);
    return this.existing(identity.name, Counter<L>) ?? new Counter({ ...identity, registers: [this.registry] });
  }

  gauge<L extends string = string>(named: Named<L>, help?: string, labels?: readonly L[]): Gauge<L> {
    const identity = identify(named, help, labels);
    return this.existing(identity.name, Gauge<L>) ?? new Gauge({ ...identity, registers: [this.registry] });
  }

  /** `buckets` are upper bounds, in the unit the name ends with. */
  histogram<L extends string = string>(
    named: Named<L>,
    help?: string,
    labels?: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L> {
    const identity = identify(named, help, labels);
    const bounds = typeof named === 'string' ? buckets : named.buckets;
    const configuration = { ...identity, registers: [this.registry], ...(bounds && { buckets: [...bounds] }) };
    return this.existing(identity.name, Histogram<L>) ?? new Histogram(configuration);
  }

  private existing<M>(name: string, kind: abstract new (...parameters: never[]) => M): M | undefined {
    const metric: unknown = this.registry.getSingleMetric(name);
    if (metric === undefined || metric instanceof kind) {
      return metric;
    }
    throw new Error(`Metric ${name} exists already as another kind`);
  }
}

function identify<L extends string>(named: Named<L>, help = '', labels: readonly L[] = []): Identity<L> {
  if (typeof named === 'string') {
    return { name: named, help: help === '' ? named : help, labelNames: [...labels] };
  }
  return { name: named.name, help: named.help, labelNames: [...named.labels] };
}
