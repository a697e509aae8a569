import type { ServiceProcess } from '#testing';

/** What realtime tells of its sweeper, as of one look. */
export interface SweepFigures {
  readonly lagSeconds: number;
  readonly turns: number;
  readonly evaluated: number;
  readonly moves: number;
  /** Transactions of the sweeper by the seconds they took at most; counts as Prometheus has them, with those below. */
  readonly slices: ReadonlyMap<number, number>;
}

export async function readFigures(realtime: ServiceProcess): Promise<SweepFigures> {
  const response = await fetch(`${realtime.url}/metrics`);
  const lines = (await response.text()).split('\n');
  const numberOf = (prefix: string) =>
    lines.filter((line) => line.startsWith(prefix)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  const buckets = lines.filter((line) => /^muster_realtime_refresh_seconds_bucket\{.*reason="time"/.test(line));
  return {
    lagSeconds: numberOf('realtime_sweep_lag_seconds'),
    turns: numberOf('muster_realtime_sweep_turns_total'),
    evaluated: numberOf('muster_realtime_cohorts_total{reason="time"'),
    moves: numberOf('muster_realtime_moves_total'),
    slices: new Map(buckets.map((line) => [boundOf(line), Number(line.split(' ').at(-1))])),
  };
}

function boundOf(line: string): number {
  const text = /le="([^"]+)"/.exec(line)?.[1] ?? '';
  return text === '+Inf' ? Infinity : Number(text);
}

/** Of the transactions between two looks: how many, and below which bounds half of them, 99 % and all lie. */
export function slicesBetween(before: SweepFigures, after: SweepFigures): string {
  const counts = [...after.slices].map(([bound, count]) => ({ bound, count: count - (before.slices.get(bound) ?? 0) }));
  const total = counts.at(-1)?.count ?? 0;
  const below = (fraction: number) => counts.find(({ count }) => count >= total * fraction)?.bound ?? 0;
  return `${total} transactions, half below ${below(0.5)} s, 99 % below ${below(0.99)} s, all below ${below(1)} s`;
}
