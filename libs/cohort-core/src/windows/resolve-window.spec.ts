import { parseEventWindow } from '../definition/event-window.js';
import { resolveWindow } from './resolve-window.js';
import { instantOf } from './zoned-time.js';

interface Case {
  readonly leaf: Record<string, unknown>;
  readonly at: string;
  readonly timezone: string;
  readonly from: string;
  readonly to: string;
  readonly days: string | null;
}

const last = (time_value: number, time_interval: string) => ({ time_value, time_interval });
const explicit = (explicit_datetime: string, explicit_datetime_to?: string) => ({
  explicit_datetime,
  explicit_datetime_to,
});

describe('resolveWindow', () => {
  it.each<[string, Case]>([
    [
      'the last 7 days are 7 whole days and today',
      {
        leaf: last(7, 'day'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'UTC',
        from: '2024-06-08T00:00:00Z',
        to: '2024-06-16T00:00:00Z',
        days: '2024-06-08..2024-06-15',
      },
    ],
    [
      'today is the day on the clock of the project',
      {
        leaf: last(1, 'day'),
        at: '2024-06-15T22:30:00Z',
        timezone: 'Asia/Tokyo',
        from: '2024-06-14T15:00:00Z',
        to: '2024-06-16T15:00:00Z',
        days: '2024-06-15..2024-06-16',
      },
    ],
    [
      'a month before 31 March starts on the last of February',
      {
        leaf: last(1, 'month'),
        at: '2024-03-31T12:00:00Z',
        timezone: 'UTC',
        from: '2024-02-29T00:00:00Z',
        to: '2024-04-01T00:00:00Z',
        days: '2024-02-29..2024-03-31',
      },
    ],
    [
      'hours start at the full hour and end with today',
      {
        leaf: last(3, 'hour'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'UTC',
        from: '2024-06-15T07:00:00Z',
        to: '2024-06-16T00:00:00Z',
        days: null,
      },
    ],
    [
      'minutes are minutes, not months',
      {
        leaf: last(90, 'minute'),
        at: '2024-06-15T10:30:45Z',
        timezone: 'UTC',
        from: '2024-06-15T09:00:00Z',
        to: '2024-06-16T00:00:00Z',
        days: null,
      },
    ],
    [
      'across the start of summer time the days stay whole',
      {
        leaf: last(1, 'week'),
        at: '2024-04-02T10:00:00Z',
        timezone: 'Europe/Berlin',
        from: '2024-03-25T23:00:00Z',
        to: '2024-04-02T22:00:00Z',
        days: '2024-03-26..2024-04-02',
      },
    ],
    [
      'where the clock jumps over midnight the day starts at one',
      {
        leaf: last(1, 'day'),
        at: '2018-11-05T12:00:00Z',
        timezone: 'America/Sao_Paulo',
        from: '2018-11-04T03:00:00Z',
        to: '2018-11-06T02:00:00Z',
        days: '2018-11-04..2018-11-05',
      },
    ],
    [
      'an explicit range of dates holds both days',
      {
        leaf: explicit('1998-03-01', '1998-03-31'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'UTC',
        from: '1998-03-01T00:00:00Z',
        to: '1998-04-01T00:00:00Z',
        days: '1998-03-01..1998-03-31',
      },
    ],
    [
      'dates are days of the project',
      {
        leaf: explicit('1998-03-01', '1998-03-31'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'America/New_York',
        from: '1998-03-01T05:00:00Z',
        to: '1998-04-01T05:00:00Z',
        days: '1998-03-01..1998-03-31',
      },
    ],
    [
      'an instant is that instant, and an end with a time of day is inside',
      {
        leaf: explicit('2024-06-01T08:00:00+02:00', '2024-06-02T09:30:00Z'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'Asia/Tokyo',
        from: '2024-06-01T06:00:00Z',
        to: '2024-06-02T09:30:00.000001Z',
        days: null,
      },
    ],
    [
      'a time without an offset is on the clock of the project',
      {
        leaf: explicit('2024-06-01T08:00:00', '-1d'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'Asia/Tokyo',
        from: '2024-05-31T23:00:00Z',
        to: '2024-06-14T15:00:00Z',
        days: null,
      },
    ],
    [
      'a relative explicit start falls on the start of its day, also for hours',
      {
        leaf: explicit('-36h'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'UTC',
        from: '2024-06-13T00:00:00Z',
        to: '2024-06-16T00:00:00Z',
        days: '2024-06-13..2024-06-15',
      },
    ],
    [
      'a range that ends before it starts holds no day',
      {
        leaf: explicit('2024-06-10', '2024-06-01'),
        at: '2024-06-15T10:30:00Z',
        timezone: 'UTC',
        from: '2024-06-10T00:00:00Z',
        to: '2024-06-02T00:00:00Z',
        days: null,
      },
    ],
  ])('%s', (_what, { leaf, at, timezone, from, to, days }) => {
    const window = resolveWindow(parseEventWindow(leaf, 'leaf'), instantOf(at), timezone);
    expect({
      from: window.from.toString(),
      to: window.to.toString(),
      days: window.days && `${window.days.first}..${window.days.last}`,
    }).toEqual({ from, to, days });
  });

  it('of thousands of years means ever, in years that PostgreSQL knows', () => {
    const window = resolveWindow(
      parseEventWindow(last(9_999, 'year'), 'leaf'),
      instantOf('2024-06-15T10:30:00Z'),
      'Asia/Tokyo',
    );
    expect(window.from.toString()).toBe('0002-06-14T14:41:01Z');
    expect(window.days?.first).toBe('0002-06-15');
  });

  it('takes explicit_datetime when time_value is given too', () => {
    const leaf = { ...last(7, 'day'), explicit_datetime: '2024-01-01' };
    expect(parseEventWindow(leaf, 'leaf').from).toEqual({ type: 'absolute', text: '2024-01-01' });
  });
});
