import { BitmapScope, serializeBitmap } from '#cohort-core';
import type { Database, Transaction } from '#persistence';

import { copyRows, copyText } from '../queries/copy-rows.js';
import type { FoldGroup } from './fold-queue.js';

type Table = FoldGroup['table'];
type KeyValue = string | number;
type Row = [bitmap: Buffer, ...key: KeyValue[]];

const COLUMNS: Record<Table, readonly { readonly name: string; readonly type: string }[]> = {
  activity: [
    { name: 'project_id', type: 'int' },
    { name: 'event', type: 'text' },
    { name: 'day', type: 'date' },
    { name: 'chunk', type: 'int' },
  ],
  person_presence: [
    { name: 'project_id', type: 'int' },
    { name: 'kind', type: 'text' },
    { name: 'chunk', type: 'int' },
  ],
};

/** `lockBlocks` takes (project, block) with blocks from 0 on. */
const COMPACTOR_LOCK = -1;

function takeSql(table: Table): string {
  const columns = COLUMNS[table];
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const same = (a: string, b: string) => columns.map(({ name }) => `${a}.${name} = ${b}.${name}`).join(' AND ');
  return `
    DELETE FROM ${table} t USING unnest(${arrays}) g(${names})
    WHERE ${same('t', 'g')} AND EXISTS (SELECT 1 FROM ${table} o WHERE ${same('o', 't')} AND o.batch <> t.batch)
    RETURNING t.bitmap, ${columns.map(({ name }) => (name === 'day' ? 't.day::text' : `t.${name}`)).join(', ')}`;
}

const TAKE: Record<Table, string> = { activity: takeSql('activity'), person_presence: takeSql('person_presence') };

/**
 * Replaces the rows of each group by one, in one transaction. Ingestion appends rows of other batches meanwhile and is never
 * in the way; readers see the rows or what they were folded into.
 * @param groups of one project and one table
 * @returns how many rows were folded; 0 also when another replica folds this project right now
 */
export async function foldGroups(database: Database, groups: readonly FoldGroup[]): Promise<number> {
  const [first] = groups;
  if (first === undefined) {
    return 0;
  }
  return database.transaction(async (transaction) => {
    if (!(await lockCompactor(transaction, first.projectId))) {
      return 0;
    }
    const values = COLUMNS[first.table].map((_, index) => groups.map((group) => keyOf(group)[index]));
    const taken = await transaction.query<Row>({ text: TAKE[first.table], values, rowMode: 'array' });
    if (taken.rows.length > 0) {
      await putBack(transaction, first.table, taken.rows);
    }
    return taken.rows.length;
  });
}

async function lockCompactor(transaction: Transaction, projectId: number): Promise<boolean> {
  const result = await transaction.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1, $2) AS locked', [
    projectId,
    COMPACTOR_LOCK,
  ]);
  return result.rows[0]?.locked ?? false;
}

async function putBack(transaction: Transaction, table: Table, rows: readonly Row[]): Promise<void> {
  const result = await transaction.query<{ batch: string }>(`SELECT nextval('ingestion_batch') AS batch`);
  const batch = result.rows[0]?.batch ?? '';
  const columns = COLUMNS[table].map(({ name }) => name).join(', ');
  await copyRows(transaction, `${table} (${columns}, batch, bitmap)`, foldLines(rows, batch));
}

function foldLines(rows: readonly Row[], batch: string): string[] {
  const groups = new Map<string, Buffer[]>();
  for (const [bitmap, ...key] of rows) {
    const line = key.map((value) => copyText(String(value))).join('\t');
    const bitmaps = groups.get(line) ?? [];
    groups.set(line, bitmaps);
    bitmaps.push(bitmap);
  }
  return [...groups].map(([line, bitmaps]) => `${line}\t${batch}\t\\\\x${union(bitmaps).toString('hex')}`);
}

function union(bitmaps: readonly Buffer[]): Buffer {
  using scope = new BitmapScope();
  const all = scope.of();
  for (const bytes of bitmaps) {
    all.orInPlace(scope.deserialize(bytes));
  }
  return Buffer.from(serializeBitmap(all));
}

function keyOf(group: FoldGroup): KeyValue[] {
  return group.table === 'activity'
    ? [group.projectId, group.event, group.day, group.chunk]
    : [group.projectId, group.kind, group.chunk];
}
