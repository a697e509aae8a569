import { classifyDatabaseError, classifyForMessages } from './postgres-errors.js';

const failure = (code: string) => Object.assign(new Error('refused'), { code });

describe('classifyForMessages', () => {
  it.each([
    ['22008', 'fatal', 'a date out of range'],
    ['22P05', 'fatal', 'a character that cannot be stored'],
    ['54000', 'fatal', 'a limit of the program'],
    ['25006', 'transient', 'read-only after a fail-over'],
    ['42P01', 'transient', 'a table that a migration will bring'],
    ['28P01', 'transient', 'a password that was changed'],
    ['3D000', 'transient', 'a database that is being restored'],
    ['42501', 'transient', 'a right that was not granted yet'],
    ['55P03', 'transient', 'a lock that was not to be had'],
    ['57P01', 'transient', 'a shutdown'],
    ['40P01', 'transient', 'a deadlock'],
    ['08006', 'transient', 'a connection that was cut'],
    ['ECONNREFUSED', 'transient', 'a server that is away'],
    ['57014', 'unknown', 'a statement that took too long'],
    ['23505', 'unknown', 'a key that is there'],
    ['08P01', 'unknown', 'a statement that is wrong'],
    ['XX000', 'unknown', 'a server that failed'],
  ])('%s is %s: %s', (code, kind) => {
    expect(classifyForMessages(failure(code))).toBe(kind);
  });

  it('knows a cut connection without a code, and nothing of other errors', () => {
    expect(classifyForMessages(new Error('Connection terminated unexpectedly'))).toBe('transient');
    expect(classifyForMessages(new TypeError('x is undefined'))).toBe('unknown');
  });
});

it('a wrong statement is not taken for an outage that passes', () => {
  expect(classifyDatabaseError(failure('08P01'))).toBe('unknown');
});
