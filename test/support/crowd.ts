import { type Bitmap, bitmapOf, serializeBitmap, splitByBlock } from '#cohort-core';
import type { Database, Transaction } from '#persistence';

export const GROUPS = 20;

/** Persons made by SQL, fast, and what a test knows of them: her `group`, and whether she did `used` yesterday. */
export class Crowd {
  private readonly groups: number[];

  constructor(
    private readonly database: Database,
    private readonly projectId: number,
    readonly size: number,
  ) {
    this.groups = Array.from({ length: size }, (_, ordinal) => ordinal % GROUPS);
  }

  didUse(ordinal: number): boolean {
    return ordinal % 3 === 0;
  }

  matching(test: (ordinal: number, group: number) => boolean): number[] {
    return this.groups.flatMap((group, ordinal) => (test(ordinal, group) ? [ordinal] : []));
  }

  async load(): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
         SELECT $1, ordinal, gen_random_uuid(), jsonb_build_object('group', ordinal % $3), now()
         FROM generate_series(0, $2 - 1) AS ordinal`,
        [this.projectId, this.size, GROUPS],
      );
      await this.storeBlocks(
        transaction,
        bitmapOf(this.matching(() => true)),
        `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'born', $2, nextval('ingestion_batch'), $3)`,
      );
      await this.storeBlocks(
        transaction,
        bitmapOf(this.matching((ordinal) => this.didUse(ordinal))),
        `INSERT INTO activity (project_id, event, day, chunk, batch, bitmap)
         VALUES ($1, 'used', (now() AT TIME ZONE 'UTC')::date - 1, $2, nextval('ingestion_batch'), $3)`,
      );
    });
  }

  /** Puts persons into another group, noting whom it touches in the same transaction as ingestion does. */
  async move(ordinals: readonly number[], group: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `UPDATE person SET properties = jsonb_build_object('group', $3::int) WHERE project_id = $1 AND ordinal = ANY($2::int[])`,
        [this.projectId, ordinals, group],
      );
      const persons = serializeBitmap(bitmapOf(ordinals));
      await transaction.query('INSERT INTO person_change (project_id, persons) VALUES ($1, $2)', [
        this.projectId,
        persons,
      ]);
    });
    ordinals.forEach((ordinal) => (this.groups[ordinal] = group));
  }

  private async storeBlocks(transaction: Transaction, persons: Bitmap, insert: string): Promise<void> {
    for (const [chunk, bitmap] of splitByBlock(persons)) {
      await transaction.query(insert, [this.projectId, chunk, serializeBitmap(bitmap)]);
    }
  }
}
