import { COHORT_TYPES } from '#contracts';
import { useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly $ref: string } }> };
  readonly responses: Record<
    string,
    { readonly content?: Record<string, { readonly schema: { readonly $ref: string } }> }
  >;
}

const isProbe = (path: string) => ['/livez', '/readyz', '/metrics'].includes(path);

describe('the description of the API', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let paths: Record<string, Record<string, Operation>>;
  let schemas: Record<string, { readonly properties?: object }>;

  beforeAll(async () => {
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
    const { body } = await gateway.call('/api/openapi.json');
    paths = body['paths'] as typeof paths;
    ({ schemas } = body['components'] as { schemas: typeof schemas });
  });
  afterAll(() => gateway.close());

  it('lists null where an enumeration takes it', () => {
    const enums: unknown[][] = [];
    JSON.stringify({ paths, schemas }, (_, part: unknown) => {
      const { nullable, enum: values } = (part ?? {}) as { nullable?: boolean; enum?: unknown[] };
      if (nullable === true && values !== undefined) {
        enums.push(values);
      }
      return part;
    });
    expect(enums.length).toBeGreaterThan(3);
    expect(enums.filter((values) => values.filter((value) => value === null).length !== 1)).toEqual([]);
    expect(COHORT_TYPES).not.toContain(null);
  });

  it('names every route of the API and no other', () => {
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.filter((route) => route.includes('/api/') || route.startsWith('post')).sort()).toEqual([
      'delete /api/projects/{project_id}/persons/{uuid}',
      'get /api/projects/{project_id}/actions',
      'get /api/projects/{project_id}/actions/{id}',
      'get /api/projects/{project_id}/cohorts',
      'get /api/projects/{project_id}/cohorts/activity',
      'get /api/projects/{project_id}/cohorts/{id}',
      'get /api/projects/{project_id}/cohorts/{id}/activity',
      'get /api/projects/{project_id}/cohorts/{id}/calculation_history',
      'get /api/projects/{project_id}/cohorts/{id}/duplicate_as_static_cohort',
      'get /api/projects/{project_id}/cohorts/{id}/explain',
      'get /api/projects/{project_id}/cohorts/{id}/imports',
      'get /api/projects/{project_id}/cohorts/{id}/imports/{import_id}',
      'get /api/projects/{project_id}/cohorts/{id}/imports/{import_id}/rows',
      'get /api/projects/{project_id}/cohorts/{id}/persons',
      'get /api/projects/{project_id}/cohorts/{id}/used_in',
      'get /api/projects/{project_id}/feature_flags',
      'get /api/projects/{project_id}/feature_flags/{id}',
      'get /api/projects/{project_id}/persons',
      'get /api/projects/{project_id}/persons/cohorts',
      'get /api/projects/{project_id}/persons/{uuid}',
      'get /api/projects/{project_id}/persons/{uuid}/cohorts',
      'patch /api/projects/{project_id}/cohorts/{id}',
      'patch /api/projects/{project_id}/cohorts/{id}/add_persons_to_static_cohort',
      'patch /api/projects/{project_id}/cohorts/{id}/remove_person_from_static_cohort',
      'patch /api/projects/{project_id}/feature_flags/{id}',
      'patch /api/projects/{project_id}/persons/{uuid}',
      'post /api/projects/{project_id}/actions',
      'post /api/projects/{project_id}/cohorts',
      'post /api/projects/{project_id}/cohorts/membership',
      'post /api/projects/{project_id}/cohorts/preview',
      'post /api/projects/{project_id}/cohorts/{id}/calculate',
      'post /api/projects/{project_id}/feature_flags',
      'post /api/projects/{project_id}/persons/{uuid}/delete_property',
      'post /batch',
      'post /capture',
      'post /decide',
      'post /e',
      'post /flags',
      'post /i/v0/e',
      'put /api/projects/{project_id}/cohorts/{id}',
      'put /api/projects/{project_id}/feature_flags/{id}',
    ]);
  });

  it('describes each answer, the refusals by the error envelope', () => {
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      isProbe(path) ? [] : Object.values(methods),
    );
    expect(operations.length).toBeGreaterThan(15);
    for (const { operationId, responses } of operations) {
      expect(Object.keys(responses)).toContain('400');
      for (const [status, response] of Object.entries(responses)) {
        // The one refusal without a body: PostHog's activity of an unknown cohort.
        if (status === '404' && operationId === 'listCohortActivity') {
          expect(response.content).toBeUndefined();
          continue;
        }
        // Done by ingestion a moment later: there is nothing to say yet.
        if (['updatePerson', 'deletePerson'].includes(operationId) && status === '202') {
          expect(response.content).toBeUndefined();
          continue;
        }
        const schema = response.content?.['application/json']?.schema.$ref;
        expect(schema).toMatch(Number(status) < 400 ? /^#\/components\/schemas\/(?!Error)/ : /ErrorResponse$/);
      }
    }
  });

  it('describes what only a form can say beside the JSON of the same route', () => {
    const routes = [paths['/api/projects/{project_id}/cohorts']?.['post'], ...['patch', 'put'].map(editOf)];
    const fields = routes.map((route) => Object.values(route?.requestBody?.content ?? {}).map(fieldsOf));
    const [[json = [], form = []] = [], ...edits] = fields;
    expect(form).toEqual([...json, 'csv', 'csv_mode', 'keep_unmatched']);
    expect(json).toContain('_create_static_person_ids');
    expect(edits.map((edit) => edit.map((names) => names.includes('csv')))).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  const editOf = (method: string) => paths['/api/projects/{project_id}/cohorts/{id}']?.[method];
  const fieldsOf = ({ schema }: { readonly schema: { readonly $ref: string } }) =>
    Object.keys(schemas[schema.$ref.split('/').at(-1) ?? '']?.properties ?? {});

  it('serves a page that loads nothing from elsewhere', async () => {
    const page = await gateway.call('/api/docs');
    expect(page.status).toBe(200);
    expect(page.text).toContain('swagger-ui');
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(assets.length).toBeGreaterThan(2);
    for (const url of assets) {
      expect(url).not.toMatch(/^(https?:)?\/\//);
      expect((await gateway.call(new URL(url, 'http://local/api/docs').pathname)).status).toBe(200);
    }
  });
});
