import type { BehaviorFilter } from '../filter-shapes.js';
import { dayWindow, isWithin, rollingWindow } from '../windows.js';
import { countPasses } from './count.js';
import { type History, instantsOf, mainEntity } from './history.js';

export function performed(leaf: BehaviorFilter, history: History): boolean {
  const window = dayWindow(leaf, history.context);
  return instantsOf(history, mainEntity(leaf), leaf.event_filters).some((instant) => isWithin(instant, window));
}

/** Who has none at all is never looked at. */
export function performedMultiple(leaf: BehaviorFilter, history: History): boolean {
  const window = rollingWindow(leaf, history.context);
  const count = instantsOf(history, mainEntity(leaf), leaf.event_filters).filter((instant) =>
    isWithin(instant, window),
  ).length;
  return count > 0 && countPasses(count, leaf.operator, leaf.operator_value);
}
