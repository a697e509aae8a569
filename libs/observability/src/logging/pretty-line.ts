import { pino } from 'pino';

const HIDDEN = new Set(['level', 'time', 'app', 'msg', 'error']);
const TIME_OF_DAY = { start: 11, end: 23 };

/** A line of pino's JSON as `HH:MM:SS.mmm LEVEL message key=value`, UTC; a stack follows on lines of its own. */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Record<string, unknown>;
  const time = new Date(Number(line['time'])).toISOString().slice(TIME_OF_DAY.start, TIME_OF_DAY.end);
  const level = (pino.levels.labels[Number(line['level'])] ?? 'info').toUpperCase().padEnd(5);
  const fields = Object.entries(line)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time} ${level} ${String(line['msg'])}${fields.join('')}${stackOf(line['error'])}\n`;
}

function stackOf(error: unknown): string {
  if (error === undefined) {
    return '';
  }
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? error.stack : undefined;
  return typeof stack === 'string' ? `\n  ${stack.replaceAll('\n', '\n  ')}` : ` error=${JSON.stringify(error)}`;
}
