import { DAY, HOUR, MINUTE } from '../calendar.js';
import type { BehaviorFilter } from '../filter-shapes.js';
import { dayWindow, isWithin } from '../windows.js';
import { type History, instantsOf, mainEntity } from './history.js';

const GAP: Record<string, number> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  year: 365 * DAY,
};

export function performedSequence(leaf: BehaviorFilter, history: History): boolean {
  const window = dayWindow(leaf, history.context);
  const inside = (instants: number[]): number[] => instants.filter((instant) => isWithin(instant, window));
  const firsts = inside(instantsOf(history, mainEntity(leaf)));
  const seconds = inside(instantsOf(history, { key: leaf.seq_event ?? '', type: leaf.seq_event_type ?? 'events' }));
  const gap = Number(leaf.seq_time_value) * (GAP[leaf.seq_time_interval ?? 'day'] ?? DAY);
  return firsts.some((first) => seconds.some((second) => second > first && second - first <= gap));
}
