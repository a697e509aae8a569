import { bitmapOf, serializeBitmap } from '#cohort-core';
import type { Transaction } from '#persistence';

import { copyRows, copyText } from './copy-rows.js';

export interface ActivityRow {
  readonly projectId: number;
  readonly event: string;
  /** Local day in the project's timezone, YYYY-MM-DD. */
  readonly day: string;
  readonly chunk: number;
  readonly ordinals: readonly number[];
}

export interface PresenceRow {
  readonly projectId: number;
  readonly kind: 'born' | 'gone';
  readonly chunk: number;
  readonly ordinals: readonly number[];
}

/** Who did what on which day, as rows of this batch's own: nothing that others write is touched. */
export async function appendActivity(
  transaction: Transaction,
  batch: string,
  rows: readonly ActivityRow[],
): Promise<void> {
  const lines = rows.map((row) =>
    [row.projectId, copyText(row.event), row.day, row.chunk, batch, copyBitmap(row.ordinals)].join('\t'),
  );
  await copyIfAny(transaction, 'activity (project_id, event, day, chunk, batch, bitmap)', lines);
}

/** Who came and who went. */
export async function appendPresence(
  transaction: Transaction,
  batch: string,
  rows: readonly PresenceRow[],
): Promise<void> {
  const lines = rows.map((row) => [row.projectId, row.kind, row.chunk, batch, copyBitmap(row.ordinals)].join('\t'));
  await copyIfAny(transaction, 'person_presence (project_id, kind, chunk, batch, bitmap)', lines);
}

/** Whom this transaction touched, for calculations whose snapshot does not see it. @param touched ordinals by project */
export async function appendChanges(
  transaction: Transaction,
  touched: ReadonlyMap<number, readonly number[]>,
): Promise<void> {
  const lines = [...touched].map(([projectId, ordinals]) => `${projectId}\t${copyBitmap(ordinals)}`);
  await copyIfAny(transaction, 'person_change (project_id, persons)', lines);
}

async function copyIfAny(transaction: Transaction, into: string, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) {
    await copyRows(transaction, into, lines);
  }
}

/** bytea in hex; the backslash doubled for COPY. */
function copyBitmap(ordinals: readonly number[]): string {
  const bitmap = bitmapOf(ordinals);
  try {
    return `\\\\x${serializeBitmap(bitmap).toString('hex')}`;
  } finally {
    bitmap.dispose();
  }
}
