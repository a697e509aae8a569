import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { CapturedEvent } from '#contracts';

import { tellYear } from './tell-year.js';

const UNTIL = new Date('2026-03-01T00:00:00.000Z');
const DAY_MS = 86_400_000;

describe('the demo year', () => {
  const events = tellYear(7, UNTIL);
  const named = (name: string) => events.filter(({ event }) => event === name);

  it('is the same each time, uuids included', () => {
    expect(tellYear(7, UNTIL)).toEqual(events);
    expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(events.length);
  });

  it('is of a size to play with, and ends where it should', () => {
    expect(events.length).toBeGreaterThan(35_000);
    expect(events.length).toBeLessThan(70_000);
    expect(events[0]!.timestamp > '2025-02-28').toBe(true);
    expect(events.at(-1)!.timestamp < UNTIL.toISOString()).toBe(true);
  });

  it('consists of events that ingestion takes', () => {
    const wrong = events.slice(0, 500).flatMap((event) => validateSync(plainToInstance(CapturedEvent, event)));
    expect(wrong).toEqual([]);
  });

  it('gives the first examples of the documentation their members', () => {
    const recent = named('onboarding_complete').filter(
      ({ timestamp }) => Date.parse(timestamp) > UNTIL.getTime() - 29 * DAY_MS,
    );
    const withEmail = named('$identify').filter(({ properties }) => (properties['$set'] as { email?: string }).email);
    expect(recent.length).toBeGreaterThan(20);
    expect(withEmail.length).toBeGreaterThan(1_000);
    expect(withEmail.length).toBeLessThan(named('$identify').length);
  });

  it('has people who were anonymous before they signed up', () => {
    const anonymous = new Set(named('$pageview').map(({ distinct_id }) => distinct_id));
    const merged = named('$identify').filter(({ properties }) =>
      anonymous.has(String(properties['$anon_distinct_id'])),
    );
    expect(merged).toHaveLength(named('$identify').length);
  });

  it('has quiet weekends', () => {
    const exports = named('report_exported').map(({ timestamp }) => new Date(timestamp).getUTCDay());
    const onWeekends = exports.filter((day) => day === 0 || day === 6).length;
    expect(onWeekends / exports.length).toBeLessThan(0.2);
  });
});
