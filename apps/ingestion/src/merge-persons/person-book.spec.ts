import type { PersonWishes } from '../ingest-events/incoming-event.js';
import { PersonBook } from './person-book.js';
import { PersonDraft } from './person-draft.js';

const EARLY = new Date('2026-01-01T00:00:00Z');
const LATE = new Date('2026-02-01T00:00:00Z');

function stored(ordinal: number, isIdentified: boolean, properties = {}): PersonDraft {
  return PersonDraft.of({ ordinal, uuid: `uuid-${ordinal}`, isIdentified, merging: { createdAt: LATE, properties } });
}

/** A book with `anon` (never identified) and `known` (identified), and a way to let events happen. */
function open() {
  const anon = stored(1, false, { plan: 'free', theme: 'dark' });
  const known = stored(2, true, { plan: 'paid' });
  const book = new PersonBook([
    ['anon', anon],
    ['known', known],
  ]);
  const happen = (distinctId: string, wishes: PersonWishes = {}, timestamp = EARLY) =>
    book.apply({ distinctId, timestamp }, wishes);
  return { anon, known, book, happen };
}

describe('the persons of a batch', () => {
  it('an unknown id makes a person at the time of its event', () => {
    const { book, happen } = open();
    const person = happen('new', { set: { a: 1 } });
    expect(person).toMatchObject({ stored: undefined, createdAt: EARLY, isIdentified: false });
    expect([...book.newDistinctIds]).toEqual(['new']);
    expect(happen('new')).toBe(person);
  });

  it('the anonymous person is merged into the person of the distinct id, whose values win', () => {
    const { anon, known, book, happen } = open();
    expect(happen('known', { merge: { otherId: 'anon', force: false } })).toBe(known);
    expect(anon.survivor).toBe(known);
    expect(book.find('anon')).toBe(known);
    expect(known.changes.applyTo({ plan: 'paid' })).toEqual({ plan: 'paid', theme: 'dark' });
    expect(book.outcomes).toEqual(new Map([['merged', 1]]));
  });

  it.each([false, true])('an identified person is merged away only dangerously (%p)', (force) => {
    const { anon, known, book, happen } = open();
    happen('anon', { merge: { otherId: 'known', force } });
    expect(known.survivor).toBe(force ? anon : known);
    expect(book.outcomes).toEqual(new Map([[force ? 'merged' : 'refused: identified', 1]]));
    expect(anon.isIdentified).toBe(force);
  });

  it('an id that nobody has is added to the person of the other one', () => {
    const { anon, book, happen } = open();
    expect(happen('new', { merge: { otherId: 'anon', force: false } })).toBe(anon);
    expect(anon.isIdentified).toBe(true);
    expect([...book.newDistinctIds]).toEqual(['new']);
    expect(book.outcomes).toEqual(new Map([['id added', 1]]));
  });

  it('a new id does not join a person who is identified already', () => {
    const { known, happen } = open();
    expect(happen('new', { merge: { otherId: 'known', force: false } })).not.toBe(known);
  });

  it('an unknown other id is added, and makes no person of its own', () => {
    const { known, book, happen } = open();
    happen('known', { merge: { otherId: 'never seen', force: false } });
    expect(book.find('never seen')).toBe(known);
    expect(book.persons().size).toBe(2);
  });

  it('two unknown ids make one identified person', () => {
    const { book, happen } = open();
    const person = happen('x', { merge: { otherId: 'y', force: false } });
    expect(book.find('y')).toBe(person);
    expect(person.isIdentified).toBe(true);
    expect([...book.newDistinctIds]).toEqual(['x', 'y']);
  });

  it('the earlier birth stays', () => {
    const { known, happen } = open();
    happen('young', {}, EARLY);
    happen('known', { merge: { otherId: 'young', force: false } });
    expect(known.createdAt).toEqual(EARLY);
    expect(known.isChanged).toBe(true);
  });

  it('a person merged by an illegal id stays as she is', () => {
    const { book, happen } = open();
    happen('known', { merge: { otherId: 'undefined', force: true } });
    expect(book.outcomes).toEqual(new Map([['refused: illegal id', 1]]));
    expect(book.find('undefined')).toBeUndefined();
  });

  it('what a person did in this batch before a merge follows her, chain after chain', () => {
    const { anon, known, book, happen } = open();
    happen('anon', { set: { plan: 'trial', seen: true } }).events.add('bought');
    happen('third', { merge: { otherId: 'anon', force: false } });
    happen('known', { merge: { otherId: 'third', force: true } });
    expect(anon.survivor).toBe(known);
    expect(book.find('third')).toBe(known);
    expect([...known.events]).toEqual(['bought']);
    expect(known.changes.applyTo({ plan: 'paid' })).toEqual({ plan: 'paid', theme: 'dark', seen: true });
  });

  it('within one event $set comes first, then $set_once, then $unset', () => {
    const { happen } = open();
    const person = happen('new', { unset: ['gone'], once: { a: 2, b: 2 }, set: { a: 1, gone: 1 } });
    expect(person.changes.applyTo({})).toEqual({ a: 1, b: 2 });
  });

  it('whoever is merged without her properties at hand is a mistake, not a loss', () => {
    const bare = PersonDraft.of({ ordinal: 3, uuid: 'u', isIdentified: false });
    expect(() => {
      stored(1, false).absorb(bare);
    }).toThrow('not loaded');
  });
});
