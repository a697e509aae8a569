import fc from 'fast-check';

import { leavesOf } from '../definition/filter-node.js';
import { parseFilters } from '../definition/parse-filters.js';
import { type MovingEdge, movingEdgesOf } from './moving-edges.js';
import { steadyUntil } from './steady-until.js';
import { instantOf } from './zoned-time.js';

const behavior = (value: string, more: object) => ({
  type: 'behavioral',
  key: 'order',
  event_type: 'events',
  value,
  ...more,
});
const span = (time_value: number, time_interval: string) => ({ time_value, time_interval });
const LEAVES = [
  behavior('performed_event', span(7, 'day')),
  behavior('performed_event', span(3, 'hour')),
  behavior('performed_event', span(30, 'minute')),
  behavior('performed_event', { explicit_datetime: '-2m', explicit_datetime_to: '-1w' }),
  behavior('performed_event_multiple', { ...span(2, 'day'), operator: 'gte', operator_value: 1 }),
  behavior('performed_event_regularly', {
    ...span(1, 'month'),
    operator: 'gte',
    operator_value: 1,
    min_periods: 1,
    total_periods: 3,
  }),
  behavior('restarted_performing_event', { ...span(2, 'week'), seq_time_value: 5, seq_time_interval: 'hour' }),
  { type: 'person', key: 'seen', operator: 'is_date_before', value: '-3d' },
];

const edges = LEAVES.flatMap((leaf) => {
  const { tree } = parseFilters({ properties: { type: 'AND', values: [leaf] } });
  return leavesOf(tree).flatMap(movingEdgesOf);
});
const timezone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu');
/** Around changes of the clock, and anywhere. */
const instant = fc
  .oneof(
    fc.integer({ min: Date.parse('2024-03-30'), max: Date.parse('2024-04-09') }),
    fc.integer({ min: Date.parse('2018-11-03'), max: Date.parse('2018-11-06') }),
    fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2026-01-01') }),
  )
  .map((ms) => instantOf(new Date(ms)));

describe('how long an edge stays where it is', () => {
  it('is never too long: at no instant before has it moved', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...edges),
        timezone,
        instant,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 8 }),
        (edge, zone, at, parts) => {
          const until = steadyUntil(edge, at, zone);
          const length = until.epochMilliseconds - at.epochMilliseconds;
          for (const part of parts) {
            const between = at.add({ milliseconds: Math.max(0, Math.floor(part * length) - 1) });
            expect(edge.placeAt(between, zone).toString()).toBe(edge.placeAt(at, zone).toString());
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const until = (leaf: object, at: string, zone = 'Europe/Berlin') => {
    const { tree } = parseFilters({ properties: { type: 'AND', values: [leaf] } });
    const [edge] = leavesOf(tree).flatMap(movingEdgesOf) as [MovingEdge];
    return steadyUntil(edge, instantOf(at), zone).toString();
  };

  it('is the rest of the day, of the hour, or nothing', () => {
    expect(until(LEAVES[0]!, '2024-06-01T10:20:30Z')).toBe('2024-06-01T22:00:00Z');
    expect(until(LEAVES[1]!, '2024-06-01T10:20:30Z')).toBe('2024-06-01T11:00:00Z');
    expect(until(LEAVES[2]!, '2024-06-01T10:20:30Z')).toBe('2024-06-01T10:21:00Z');
    expect(until(LEAVES[4]!, '2024-06-01T10:20:30Z')).toBe('2024-06-01T10:20:30Z');
  });
});
