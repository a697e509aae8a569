import type { BehaviorFilter } from '../filter-shapes.js';
import { dayWindow, endAgo, endOfToday, isWithin, startAgo, type Window } from '../windows.js';
import { type History, instantsOf, mainEntity } from './history.js';

function recentWindow(leaf: BehaviorFilter, { context }: History): Window {
  return { from: startAgo(leaf.seq_time_value, leaf.seq_time_interval, context), until: endOfToday(context) };
}

/** Did it in the long window, not in the short one. */
export function stopped(leaf: BehaviorFilter, history: History): boolean {
  const instants = instantsOf(history, mainEntity(leaf), leaf.event_filters);
  const did = (window: Window): boolean => instants.some((instant) => isWithin(instant, window));
  return did(dayWindow(leaf, history.context)) && !did(recentWindow(leaf, history));
}

/** Did it lately and long ago, and was quiet between; the day on which the short window begins must be quiet too. */
export function restarted(leaf: BehaviorFilter, history: History): boolean {
  const { context } = history;
  const instants = instantsOf(history, mainEntity(leaf));
  const recent = recentWindow(leaf, history);
  const quiet = {
    from: startAgo(leaf.time_value, leaf.time_interval, context),
    until: endAgo(leaf.seq_time_value, leaf.seq_time_interval, context),
  };
  const did = (window: Window): boolean => instants.some((instant) => isWithin(instant, window));
  return did(recent) && Math.min(...instants) < recent.from && !did(quiet);
}
