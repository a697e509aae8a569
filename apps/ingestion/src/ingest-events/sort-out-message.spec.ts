import type { CapturedEvent } from '#contracts';

import { received } from '../testing/received.js';
import { MAX_DEPTH } from './clean-text.js';
import { RefusedEvent, sortOutMessage } from './sort-out-message.js';

const TIME = new Date('2026-03-01T12:00:00Z');

function sortOut(event: Partial<CapturedEvent>) {
  return sortOutMessage(received({ project_id: 1, distinct_id: 'p', event: 'seen', ...event }, { time: TIME }));
}

function nested(levels: number): Record<string, unknown> {
  return levels === 1 ? {} : { deeper: nested(levels - 1) };
}

describe('sorting out a message', () => {
  it('fills in what is absent: uuid of the message, time of the record', () => {
    const message = received({ project_id: 1, distinct_id: 'p', event: 'seen' }, { time: TIME });
    expect(sortOutMessage(message)).toEqual({
      projectId: 1,
      uuid: message.id,
      distinctId: 'p',
      event: 'seen',
      timestamp: TIME,
      properties: '{}',
      person: {},
    });
  });

  it('a deletion is nothing else, whatever it says besides', () => {
    const uuid = '0190A5D0-0000-7000-8000-00000000000A';
    const properties = { $set: { a: 1 }, $process_person_profile: false };
    const deletion = { event: '$merge_dangerously', deletes_person: uuid, process_person: false, properties };
    expect(sortOut(deletion)).toMatchObject({ person: { deletes: uuid.toLowerCase() } });
    expect(sortOut(deletion)).not.toHaveProperty('person.set');
    expect(sortOut({ deletes_person: null as unknown as string })).toMatchObject({ person: {} });
  });

  it.each([
    ['2026-02-28T10:00:00+02:00', '2026-02-28T08:00:00.000Z'],
    ['2026-02-28T10:00:00', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28 10:00:00', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28', '2026-02-28T00:00:00.000Z'],
    ['2026-03-02T11:00:00Z', '2026-03-02T11:00:00.000Z'],
    ['2026-03-02T11:00:01Z', TIME.toISOString()],
    ['2026-W09-1', TIME.toISOString()],
    ['-000001-01-01T00:00:00Z', TIME.toISOString()],
    ['0000-06-01T00:00:00Z', TIME.toISOString()],
    ['1998-03-01T00:00:00Z', '1998-03-01T00:00:00.000Z'],
  ])('takes %s as %s when it was received at noon of March 1', (timestamp, expected) => {
    const event = sortOut({ timestamp, received_at: TIME.toISOString() });
    expect(event).toMatchObject({ timestamp: new Date(expected) });
  });

  it.each([
    [{ distinct_id: 'Undefined' }, 'distinct id is reserved'],
    [{ distinct_id: ' ' }, 'distinct id is empty'],
    [{ distinct_id: 'x'.repeat(401) }, 'distinct id is too long'],
    [{ properties: nested(MAX_DEPTH + 1) }, 'properties are too deep'],
    [{ event: '$identify', process_person: false }, 'event needs a person, and asks for none'],
    [
      { event: '$create_alias', properties: { $process_person_profile: false } },
      'event needs a person, and asks for none',
    ],
  ])('refuses %j: %s', (event, reason) => {
    expect(sortOut(event)).toEqual(new RefusedEvent(reason));
  });

  it('takes properties that are as deep as allowed', () => {
    expect(sortOut({ properties: nested(MAX_DEPTH) })).not.toBeInstanceOf(RefusedEvent);
  });

  it.each([{ process_person: false }, { properties: { $process_person_profile: false } }])(
    '%j touches no person',
    (event) => {
      expect(sortOut(event)).toMatchObject({ person: undefined });
    },
  );

  it('replaces what PostgreSQL cannot store, in names, keys and values', () => {
    const event = sortOut({
      distinct_id: 'a\0b',
      event: 'e\ud800',
      properties: { 'k\0': ['v\udfff', { n: '\0' }], $set: { 's\0': 1 } },
    });
    expect(event).toMatchObject({
      distinctId: 'a\ufffdb',
      event: 'e\ufffd',
      properties: JSON.stringify({ 'k\ufffd': ['v\ufffd', { n: '\ufffd' }], $set: { 's\ufffd': 1 } }),
      person: { set: { 's\ufffd': 1 } },
    });
  });

  it('leaves plain text alone that only looks like it', () => {
    const properties = { path: 'C:\\u0000', smile: '😀' };
    expect(sortOut({ properties })).toMatchObject({ properties: JSON.stringify(properties) });
  });

  it.each([
    ['$identify', { $anon_distinct_id: 'other' }, { otherId: 'other', force: false }],
    ['$create_alias', { alias: 'other' }, { otherId: 'other', force: false }],
    ['$merge_dangerously', { alias: 7 }, { otherId: '7', force: true }],
    ['$identify', { $anon_distinct_id: 'p' }, undefined],
    ['$identify', { alias: 'other' }, undefined],
    ['seen', { alias: 'other', $anon_distinct_id: 'other' }, undefined],
    ['$identify', { $anon_distinct_id: { no: 'id' } }, undefined],
  ])('%s with %j wishes %j', (event, properties, merge) => {
    const sorted = sortOut({ event, properties });
    expect((sorted as { person?: { merge?: unknown } }).person?.merge).toEqual(merge);
  });

  it.each([
    [
      ['a', 1, 'b'],
      ['a', 'b'],
    ],
    [{ a: 1 }, ['a']],
    ['a', undefined],
    [null, undefined],
  ])('$unset %j removes %j', ($unset, unset) => {
    expect(sortOut({ properties: { $unset, $set: [], $set_once: 'x' } })).toMatchObject({
      person: unset === undefined ? {} : { unset },
    });
  });
});
