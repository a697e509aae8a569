import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import specs from '@asyncapi/specs';
import { Ajv, type Options } from 'ajv';
import formats from 'ajv-formats';

import { TOPICS } from '#contracts';

import type { AsyncApiDocument } from '../../tools/reference/src/asyncapi/asyncapi-document.js';
import { referenceFiles } from '../../tools/reference/src/reference-files.js';

const ROOT = join(import.meta.dirname, '../..');
const files = await referenceFiles(ROOT);
const document = JSON.parse(files.get('docs/reference/asyncapi.json') ?? '') as AsyncApiDocument;

function ajv(options: Options = {}): Ajv {
  const made = new Ajv({ strict: false, allErrors: true, ...options });
  formats.default(made);
  return made;
}

describe('docs/reference', () => {
  it.each([...files.keys()])('%s is what `npm run generate` writes', async (path) => {
    expect(await readFile(join(ROOT, path), 'utf8')).toBe(files.get(path));
  });
});

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0', () => {
    // The specification brings draft 7 along.
    const validate = ajv({ meta: false, validateSchema: false }).compile(specs.schemas['3.0.0'] as object);
    expect({ valid: validate(document), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ ...document, channels: { events: { address: 1 } } })).toBe(false);
  });

  it('describes every topic, its partitions, key, headers and payload', () => {
    const channels = Object.values(document.channels) as {
      address: string;
      bindings: { kafka: { partitions: number } };
    }[];
    expect(channels.map(({ address, bindings }) => [address, bindings.kafka.partitions])).toEqual(
      Object.values(TOPICS).map((topic) => [topic.name, topic.partitions]),
    );
    for (const topic of Object.values(TOPICS)) {
      const message = document.components.messages[topic.message.name];
      expect(message).toMatchObject({ headers: { properties: { ce_type: { const: topic.name } } } });
      expect(document.components.schemas[topic.message.name]?.properties).not.toEqual({});
    }
  });

  it('takes what is sent and refuses what is not', () => {
    const validator = ajv().addSchema({ $id: 'asyncapi', ...document });
    const validate = validator.getSchema('asyncapi#/components/schemas/CohortCreated');
    const created = {
      schema_version: 1,
      project_id: 1,
      cohort_id: 2,
      name: 'n',
      is_static: false,
      cohort_type: null,
      pending_version: 1,
      definition_number: 1,
      created_at: '2026-03-01T10:00:00Z',
      created_by_id: null,
    };
    expect(validate?.(created)).toBe(true);
    for (const wrong of [{ cohort_id: '2' }, { cohort_type: 'big' }, { created_at: 'today' }, { name: undefined }]) {
      expect(validate?.(JSON.parse(JSON.stringify({ ...created, ...wrong })))).toBe(false);
    }
    const changed = validator.getSchema('asyncapi#/components/schemas/PersonChanged');
    const person = { ordinal: 1, uuid: '00000000-0000-4000-8000-000000000001', events: [], properties: ['email'] };
    const message = { schema_version: 1, project_id: 1, block: 0, at: '2026-03-01T10:00:00.123Z', persons: [person] };
    expect(changed?.(message)).toBe(true);
    expect(changed?.({ ...message, persons: [{ ...person, uuid: 'x' }] })).toBe(false);
  });

  it('says what fields mean, in the words of the message classes', () => {
    expect(document.components.schemas['CohortMembershipChanged']?.properties?.['revision']).toMatchObject({
      description: expect.stringContaining('runs on through versions') as string,
    });
  });
});
