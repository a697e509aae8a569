import { MAX_PERSONS_PER_CHANGE_MESSAGE, PersonChanged } from '#contracts';

import { PersonDraft } from '../merge-persons/person-draft.js';
import { describeChanges, groupByBlock } from './describe-changes.js';

const AT = new Date('2026-03-01T12:00:00Z');

function person(ordinal: number): PersonDraft {
  return PersonDraft.of({ ordinal, uuid: `uuid-${ordinal}`, isIdentified: false });
}

describe('person.changed messages', () => {
  it('persons are grouped by block, in the order in which keys are locked', () => {
    const touched = [
      { projectId: 2, person: person(1) },
      { projectId: 1, person: person(70_000) },
      { projectId: 1, person: person(5) },
      { projectId: 1, person: person(3) },
    ];
    const groups = groupByBlock(touched).map(({ projectId, block, persons }) => [
      projectId,
      block,
      persons.map(({ ordinal }) => ordinal),
    ]);
    expect(groups).toEqual([
      [1, 0, [3, 5]],
      [1, 1, [70_000]],
      [2, 0, [1]],
    ]);
  });

  it('tells births, merges, events and property keys, those unset too', () => {
    const survivor = PersonDraft.new(AT);
    survivor.born = { ordinal: 8, uuid: 'uuid-8' };
    survivor.events.add('seen');
    survivor.changes.set({ a: 1 });
    survivor.changes.unset(['b']);
    const loser = PersonDraft.of({
      ordinal: 7,
      uuid: 'uuid-7',
      isIdentified: false,
      merging: { createdAt: AT, properties: { c: 1 } },
    });
    survivor.absorb(loser);
    const [message, ...rest] = describeChanges({ projectId: 3, block: 0, persons: [loser, survivor] }, AT);
    expect(rest).toEqual([]);
    expect(message).toMatchObject({ key: '3:0', projectId: 3, message: expect.any(PersonChanged) as unknown });
    expect(message?.message).toEqual({
      schema_version: 1,
      project_id: 3,
      block: 0,
      at: AT.toISOString(),
      persons: [
        { ordinal: 7, uuid: 'uuid-7', merged_into: 'uuid-8', events: [], properties: [] },
        { ordinal: 8, uuid: 'uuid-8', born: true, merged: true, events: ['seen'], properties: ['a', 'b', 'c'] },
      ],
    });
  });

  it('names at most so many persons a message', () => {
    const persons = Array.from({ length: MAX_PERSONS_PER_CHANGE_MESSAGE + 1 }, (_, ordinal) => person(ordinal));
    const messages = describeChanges({ projectId: 1, block: 0, persons }, AT);
    expect(messages.map(({ message }) => message.persons.length)).toEqual([MAX_PERSONS_PER_CHANGE_MESSAGE, 1]);
  });

  it('stays below what a broker takes, whatever the names are made of', () => {
    const persons = [1, 2, 3, 4, 5, 6].map((ordinal) => {
      const noisy = person(ordinal);
      noisy.changes.set({ ['\u0001'.repeat(99_000)]: 1 });
      return noisy;
    });
    const sizes = describeChanges({ projectId: 1, block: 0, persons }, AT).map(
      ({ message }) => JSON.stringify(message).length,
    );
    expect(sizes).toHaveLength(6);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  });

  it('splits by the length of the names, one person over several entries if need be', () => {
    const talkative = person(1);
    ['aaaa', 'bbbb', 'cccc'].forEach((name) => talkative.events.add(name));
    talkative.changes.set({ dddd: 1 });
    const messages = describeChanges({ projectId: 1, block: 0, persons: [person(0), talkative] }, AT, 14);
    const entries = messages.map(({ message }) =>
      message.persons.map((one) => [one.ordinal, one.events, one.properties]),
    );
    expect(entries).toEqual([
      [
        [0, [], []],
        [1, ['aaaa', 'bbbb'], []],
      ],
      [[1, ['cccc'], ['dddd']]],
    ]);
  });
});
