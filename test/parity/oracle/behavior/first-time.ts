import { matchesFilters } from '../event-match.js';
import type { BehaviorFilter } from '../filter-shapes.js';
import { dayWindow, endOfToday, isWithin } from '../windows.js';
import { eventsOf, type History, instantOfEvent, mainEntity } from './history.js';

/** The very first must lie in the window and itself pass the filters; of several at that instant any may. */
export function performedFirstTime(leaf: BehaviorFilter, history: History): boolean {
  const { context } = history;
  const ever = eventsOf(history, mainEntity(leaf)).filter((event) => instantOfEvent(event) < endOfToday(context));
  const first = Math.min(...ever.map(instantOfEvent));
  return (
    isWithin(first, dayWindow(leaf, context)) &&
    ever.some((event) => instantOfEvent(event) === first && matchesFilters(event, leaf.event_filters ?? [], context))
  );
}
