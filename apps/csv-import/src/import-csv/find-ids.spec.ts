import { randomUUID } from 'node:crypto';

import { createTestProject, useDatabase } from '#testing';

import { createEmailTable } from './email-table.js';
import { ImportSession } from './import-session.js';
import { findPersons, resolveIds } from './resolve-ids.js';

describe('persons are found by their email', () => {
  const test = useDatabase();
  const emails = ['Ann@x.org', 'ann@x.org', 'ann@x.org', ' Bob@x.org ', 'BOB@x.org', null, 'ÉVA@x.org'];
  let projectId = 0;

  beforeEach(async () => {
    projectId = (await createTestProject(test.database)).id;
    await test.database.pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
       SELECT $1, place - 1, gen_random_uuid(), jsonb_strip_nulls(jsonb_build_object('email', email)), now()
       FROM unnest($2::text[]) WITH ORDINALITY AS given (email, place)`,
      [projectId, emails],
    );
  });

  async function find(values: string[]): Promise<[number[], readonly number[]][]> {
    await using session = await ImportSession.open(test.database);
    await createEmailTable(session.client, projectId);
    return await session.transaction(async (transaction) => {
      const results = [];
      for (const look of [findPersons, resolveIds]) {
        const { persons, unmatched } = await look(transaction, projectId, 'email', values);
        results.push([persons.toArray(), unmatched] as [number[], readonly number[]]);
        persons.dispose();
      }
      return results;
    });
  }

  it.each([
    ['all who have it exactly, and none who have it in another case', ['ann@x.org'], [1, 2], []],
    ['exactly', ['Ann@x.org'], [0], []],
    ['those who have it in another case, when nobody has it exactly', ['ANN@x.org'], [0, 1, 2], []],
    ['without blanks around it', ['bob@x.org'], [3, 4], []],
    ['each by itself', ['nobody@x.org', 'éva@x.org', 'BOB@x.org', randomUUID()], [4, 6], [0, 3]],
  ])('%s', async (_name, values, persons, unmatched) => {
    expect(await find(values)).toEqual([
      [persons, unmatched],
      [persons, unmatched],
    ]);
  });
});
