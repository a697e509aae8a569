import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

import { eventually, useStack } from '#testing';

import { type KcatRecord, readWithKcat } from '../support/kcat.js';
import { MusterApi } from '../support/muster-api.js';

/** What another team has of Muster: the AsyncAPI document, a broker, and kcat. */
const DOCUMENT = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/reference/asyncapi.json'), 'utf8'),
) as object;
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'asyncapi', ...DOCUMENT });

interface Change {
  readonly project_id: number;
  readonly cohort_id: number;
  readonly chunk: number;
  readonly revision: number;
  readonly part: number;
  readonly parts: number;
  readonly version: number;
  readonly entered: string[];
  readonly left: string[];
}

function schema(path: string): ValidateFunction {
  const validate = ajv.getSchema(`asyncapi#/components/${path}`);
  if (validate === undefined) {
    throw new Error(`The AsyncAPI document has no ${path}`);
  }
  return validate;
}

function expectAsDocumented(records: readonly KcatRecord[], message: string): void {
  const headers = schema(`messages/${message}/headers`);
  const payload = schema(`schemas/${message}`);
  const key = schema(`messages/${message}/bindings/kafka/key`);
  for (const record of records) {
    expect({ valid: headers(record.headers), errors: headers.errors }).toEqual({ valid: true, errors: null });
    expect({ valid: payload(JSON.parse(record.payload)), errors: payload.errors }).toEqual({
      valid: true,
      errors: null,
    });
    expect(key(record.key)).toBe(true);
    expect(record.headers['ce_subject']).toBe(record.key);
  }
}

/** The members by the rule that the document gives: whole revisions, per chunk, each once. */
function rebuild(changes: readonly Change[]): string[] {
  const members = new Set<string>();
  const applied = new Map<number, number>();
  for (const revision of Map.groupBy(changes, (change) => `${change.chunk}:${change.revision}`).values()) {
    const [first] = revision;
    const parts = new Map(revision.map((change) => [change.part, change]));
    if (first !== undefined && parts.size === first.parts && first.revision > (applied.get(first.chunk) ?? 0)) {
      for (const { entered, left } of parts.values()) {
        entered.forEach((uuid) => members.add(uuid));
        left.forEach((uuid) => members.delete(uuid));
      }
      applied.set(first.chunk, first.revision);
    }
  }
  return [...members].sort();
}

describe('another team, with kcat and the AsyncAPI document', () => {
  const stack = useStack();
  const api = new MusterApi(stack);
  const read = (topic: string) =>
    readWithKcat(stack.connection.brokers.join(','), stack.connection.topicPrefix + topic);
  const persons = (from: number, to: number, plan: string) =>
    Array.from({ length: to - from }, (_, index) => ({
      event: '$set',
      distinct_id: `person-${from + index}`,
      properties: { $set: { plan } },
    }));
  const isPro = { type: 'person', key: 'plan', value: 'pro', operator: 'exact' };

  async function send(batch: readonly object[], total: number): Promise<void> {
    await api.capture(batch);
    await eventually(async () => {
      expect(await api.storedEvents(stack.database)).toBe(total);
    });
  }

  /** Read again until they give so many members. */
  async function changesUntil(cohort: number, members: number): Promise<Change[]> {
    return eventually(async () => {
      const records = (await read('cohort.membership.changed')).filter(
        ({ key }) => key === `${stack.project.id}:${cohort}`,
      );
      expectAsDocumented(records, 'CohortMembershipChanged');
      const changes = records.map(({ payload }) => JSON.parse(payload) as Change);
      expect(rebuild(changes)).toHaveLength(members);
      return changes;
    });
  }

  async function memberUuids(cohort: number): Promise<string[]> {
    return (await api.members(cohort, 1_000)).map(({ uuid }) => uuid).sort();
  }

  it('reads cohort.created and rebuilds the members from the changes alone', async () => {
    await send([...persons(0, 1_200, 'pro'), ...persons(1_200, 1_500, 'free')], 1_500);
    const cohort = await api.createCohort('On the pro plan', isPro);
    await api.calculated(cohort.id);

    const created = await eventually(async () => {
      const records = await read('cohort.created');
      expect(records).toHaveLength(1);
      return records;
    });
    expectAsDocumented(created, 'CohortCreated');
    expect(created[0]).toMatchObject({ key: `${stack.project.id}:${cohort.id}` });
    expect(JSON.parse(created[0]?.payload ?? '')).toMatchObject({ cohort_id: cohort.id, name: 'On the pro plan' });

    const first = await changesUntil(cohort.id, 1_200);
    expect(first.map(({ part, parts }) => `${part}/${parts}`)).toEqual(['1/2', '2/2']);
    expect(rebuild(first)).toEqual(await memberUuids(cohort.id));

    await send([...persons(0, 200, 'free'), ...persons(1_300, 1_310, 'pro'), ...persons(2_000, 2_050, 'pro')], 1_760);
    const all = await changesUntil(cohort.id, 1_060);
    expect(all.flatMap(({ left }) => left)).toHaveLength(200);
    expect(rebuild(all)).toEqual(await memberUuids(cohort.id));
    expect(rebuild([...all, ...first])).toEqual(rebuild(all));
  });
});
