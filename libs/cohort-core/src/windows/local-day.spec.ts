import fc from 'fast-check';

import { localDay } from './local-day.js';

const TIMEZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];

function dayByIntl(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(instant);
}

describe('localDay', () => {
  it('is the calendar day that Intl tells, at any instant since 1972 in any timezone', () => {
    const instants = fc.date({ min: new Date('1972-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.constantFrom(...TIMEZONES), (instant, timezone) => {
        expect(localDay(instant, timezone)).toBe(dayByIntl(instant, timezone));
      }),
      { numRuns: 2_000 },
    );
  });

  it('changes exactly at local midnight', () => {
    expect(localDay(new Date('2024-06-15T14:59:59.999Z'), 'Asia/Tokyo')).toBe('2024-06-15');
    expect(localDay(new Date('2024-06-15T15:00:00.000Z'), 'Asia/Tokyo')).toBe('2024-06-16');
  });
});
