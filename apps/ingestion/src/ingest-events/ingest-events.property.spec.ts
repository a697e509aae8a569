import fc from 'fast-check';

import { CapturedEvent } from '#contracts';
import { createTestProject, useDatabase } from '#testing';

import { anyHistory, confluentHistory, cut, type History } from '../testing/histories.js';
import { Model } from '../testing/model.js';
import { openIngester } from '../testing/open-ingester.js';
import {
  readActivity,
  readAlive,
  readEvents,
  readEveryone,
  readMisplacedEvents,
  readPersons,
  readState,
  recomputeActivity,
} from '../testing/read-state.js';
import { received } from '../testing/received.js';

const TIMEZONE = 'America/Sao_Paulo';
const test = useDatabase();
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

async function openProject(): Promise<number> {
  return (await createTestProject(test.database, { timezone: TIMEZONE })).id;
}

function messagesOf(history: History, projectId: number) {
  return history.map((event) => received({ ...event, project_id: projectId }));
}

function play(history: History): Model {
  const model = new Model();
  for (const event of history) {
    model.apply(Object.assign(new CapturedEvent(), event));
  }
  return model;
}

/** What holds whatever happened in whatever order. */
async function expectConsistent(projectId: number): Promise<void> {
  const { database } = test;
  expect(await readMisplacedEvents(database, projectId)).toEqual([]);
  expect(await readActivity(database, projectId)).toEqual(await recomputeActivity(database, projectId, TIMEZONE));
  expect(await readEveryone(database, projectId)).toEqual(await readAlive(database, projectId));
}

async function counts(projectId: number): Promise<unknown> {
  const result = await test.database.pool.query(
    `SELECT (SELECT count(*) FROM outbox WHERE project_id = $1) AS messages,
            (SELECT count(*) FROM person_change WHERE project_id = $1) AS changes,
            (SELECT count(*) FROM event WHERE project_id = $1) AS events,
            (SELECT count(*) FROM activity WHERE project_id = $1) AS activity`,
    [projectId],
  );
  return result.rows[0];
}

describe('ingestion against the obvious model', () => {
  it('ends as the model does however the history is cut into batches, and redelivery changes nothing', async () => {
    const ingesters = [openIngester(test.database), openIngester(test.database)] as const;
    await fc.assert(
      fc.asyncProperty(anyHistory, sizes, async (history, batchSizes) => {
        const projectId = await openProject();
        const messages = messagesOf(history, projectId);
        for (const [index, batch] of cut(messages, batchSizes).entries()) {
          await ingesters[index % 2 === 0 ? 0 : 1].handler.handle(batch);
        }
        const model = play(history);
        const before = [await readPersons(test.database, projectId), await counts(projectId)];
        expect(await readState(test.database, projectId)).toEqual(model.state());
        expect(await readEvents(test.database, projectId)).toEqual(model.events());
        await expectConsistent(projectId);

        await ingesters[1].handler.handle(messages);
        expect([await readPersons(test.database, projectId), await counts(projectId)]).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it('two replicas at once lose nothing, double nothing, and agree with the model where order does not matter', async () => {
    const ingesters = [openIngester(test.database), openIngester(test.database)] as const;
    await fc.assert(
      fc.asyncProperty(confluentHistory, sizes, async (history, batchSizes) => {
        const projectId = await openProject();
        const messages = messagesOf(history, projectId);
        const streams = [0, 1].map((replica) =>
          messages.filter(({ value }) => value.distinct_id.charCodeAt(0) % 2 === replica),
        );
        await Promise.all(
          streams.map(async (stream, replica) => {
            for (const batch of cut(stream, batchSizes)) {
              await ingesters[replica === 0 ? 0 : 1].handler.handle(batch);
              await ingesters[replica === 0 ? 0 : 1].compactor.sweep();
            }
          }),
        );
        const model = play(history);
        // Which of her ids made a person first is a matter of order.
        const timeless = (person: object) => ({ ...person, createdAt: undefined });
        const state = await readState(test.database, projectId);
        expect(state.map(timeless)).toEqual(model.state().map(timeless));
        expect(await readEvents(test.database, projectId)).toEqual(model.events());
        await expectConsistent(projectId);
      }),
      { numRuns: 30 },
    );
  });
});
