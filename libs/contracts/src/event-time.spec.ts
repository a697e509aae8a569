import { isPossibleEventTime } from './event-time.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('isPossibleEventTime', () => {
  it.each([
    ['2026-03-02T11:00:00Z', true],
    ['2026-03-02T11:00:00.001Z', false],
    ['1998-03-01T00:00:00Z', true],
    // Go's zero time: west of UTC its local day would lie in the year 0.
    ['0001-01-01T00:00:00Z', false],
    ['0001-01-02T00:00:00Z', true],
    ['+012026-01-01T00:00:00Z', false],
    ['garbage', false],
  ])('%s: %s', (text, expected) => {
    expect(isPossibleEventTime(Date.parse(text), NOW)).toBe(expected);
  });
});
