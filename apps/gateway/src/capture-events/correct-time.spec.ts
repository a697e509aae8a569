import { correctTime, parseInstant } from './correct-time.js';

const receivedAt = new Date('2026-03-10T12:00:00.000Z');
const at = (text: string) => parseInstant(text);
const times = (timestamp?: string, sentAt?: string, offsetMs?: number) => ({
  timestamp: timestamp === undefined ? undefined : at(timestamp),
  sentAt: sentAt === undefined ? undefined : at(sentAt),
  offsetMs,
});

describe('the time of an event', () => {
  it.each([
    ['is the receipt when the client says nothing', times(), '2026-03-10T12:00:00.000Z'],
    ['is the client’s without sent_at', times('2020-01-01T00:00:00Z'), '2020-01-01T00:00:00.000Z'],
    [
      'is corrected for a slow clock',
      times('2026-03-10T10:59:50Z', '2026-03-10T11:00:00Z'),
      '2026-03-10T11:59:50.000Z',
    ],
    [
      'is corrected for a fast clock',
      times('2027-01-01T00:00:00Z', '2027-01-01T00:01:00Z'),
      '2026-03-10T11:59:00.000Z',
    ],
    ['counts back by offset', times('2020-01-01', '2020-01-01', 90_000), '2026-03-10T11:58:30.000Z'],
    ['may lie 23 hours ahead', times('2026-03-11T11:00:00Z'), '2026-03-11T11:00:00.000Z'],
    ['may not lie further ahead', times('2026-03-11T11:00:00.001Z'), '2026-03-10T12:00:00.000Z'],
    ['may not lie further ahead by offset', times(undefined, undefined, -90_000_000), '2026-03-10T12:00:00.000Z'],
    ['is possible', times(undefined, undefined, 1e300), '2026-03-10T12:00:00.000Z'],
    ['is after Christ', times(undefined, undefined, 7e13), '2026-03-10T12:00:00.000Z'],
  ])('%s', (_, client, expected) => {
    expect(correctTime(client, receivedAt).toISOString()).toBe(expected);
  });

  it.each([
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['2026-01-02T03:04', '2026-01-02T03:04:00.000Z'],
    ['2026-01-02 03:04:05.678901', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    ['2026-01-02T03:04:05-0130', '2026-01-02T04:34:05.000Z'],
    ['2026-01-02t03:04:05z', '2026-01-02T03:04:05.000Z'],
  ])('is read from %s, UTC without an offset', (text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  it.each([
    undefined,
    null,
    1_700_000_000,
    '',
    'yesterday',
    '2026-13-01',
    '2026-01-02T25:00',
    '+002026-01-02',
    'a'.repeat(10_000),
  ])('is not read from %p', (value) => {
    expect(parseInstant(value)).toBeUndefined();
  });
});
