import { finished } from 'node:stream/promises';

import { from as copyFrom } from 'pg-copy-streams';

import type { Transaction } from '#persistence';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const NEEDS_ESCAPE = /[\\\t\n\r]/g;
/** Pieces for the socket; one huge string would be held twice. */
const ROWS_A_PIECE = 1000;

/** A text as COPY's text format wants it. */
export function copyText(text: string): string {
  return text.replace(NEEDS_ESCAPE, (character) => ESCAPES[character] ?? character);
}

/** NULL in COPY's text format. */
export const COPY_NULL = '\\N';

/** Appends rows by COPY. @param rows lines in COPY's text format, without the end of line */
export async function copyRows(transaction: Transaction, into: string, rows: readonly string[]): Promise<void> {
  const stream = transaction.query(copyFrom(`COPY ${into} FROM STDIN`));
  for (let start = 0; start < rows.length; start += ROWS_A_PIECE) {
    stream.write(`${rows.slice(start, start + ROWS_A_PIECE).join('\n')}\n`);
  }
  stream.end();
  await finished(stream);
}
