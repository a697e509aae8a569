import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';

import { createTestProject, type TestProject, useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

describe('the HTTP surface', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;
  let cohorts: string;

  beforeAll(async () => {
    project = await createTestProject(database.database);
    cohorts = `/api/projects/${project.id}/cohorts`;
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  it.each(['/', '/api/projects', '/api/projects/1/nothing', '/api/projects/1/cohorts/1/persons/2'])(
    'has nothing at %s',
    async (path) => {
      const answer = await gateway.call(path, { key: project.apiKey });
      expect([answer.status, answer.body]).toEqual([
        404,
        { type: 'invalid_request', code: 'not_found', detail: 'Not found.', attr: null },
      ]);
    },
  );

  it('answers a DELETE of a cohort with 405 and no body', async () => {
    const answer = await gateway.call(`${cohorts}/1/`, { method: 'DELETE', key: project.apiKey });
    expect([answer.status, answer.text]).toEqual([405, '']);
  });

  it('answers 405 to a method it has never heard of, and to one that only a neighbouring path takes', async () => {
    const call = (method: string, url: string) =>
      gateway.app.inject({ method: method as 'GET', url, headers: { authorization: `Bearer ${project.apiKey}` } });
    const query = await call('QUERY', `${cohorts}/1/`);
    expect([query.statusCode, query.headers['allow']]).toEqual([405, 'GET, PATCH, PUT']);
    const options = await call('OPTIONS', `${cohorts}/activity`);
    expect([options.statusCode, options.headers['allow']]).toEqual([405, 'GET']);
    expect((await call('HEAD', `${cohorts}/999999/`)).statusCode).toBe(404);
  });

  it('tells a wrong method from a wrong path', async () => {
    const answer = await gateway.call(`${cohorts}/`, { method: 'PUT', key: project.apiKey, body: {} });
    expect([answer.status, answer.headers['allow'], answer.body['code']]).toEqual([
      405,
      'GET, POST',
      'method_not_allowed',
    ]);
  });

  it.each([
    ['limit=-1', 'limit', 'min_value'],
    ['limit=0', 'limit', 'min_value'],
    ['limit=1001', 'limit', 'max_value'],
    ['limit=ten', 'limit', 'invalid'],
    ['limit=&offset=', 'limit', 'invalid'],
    ['limit=1e2', 'limit', 'invalid'],
    ['limit=99999999999999999999', 'limit', 'invalid'],
    ['offset=-1', 'offset', 'min_value'],
    ['offset=2147483648', 'offset', 'max_value'],
    ['limit=1&limit=2', 'limit', 'invalid'],
    ['limit[]=1&offset=%00', 'offset', 'null_characters_not_allowed'],
    ['distinct_id=a%00b', 'distinct_id', 'null_characters_not_allowed'],
    ['distinct_id=a&distinct_id=b', 'distinct_id', 'invalid'],
    ['search=jane', 'search', 'invalid'],
  ])('refuses persons/?%s', async (query, attr, code) => {
    const answer = await gateway.call(`/api/projects/${project.id}/persons/?${query}`, { key: project.apiKey });
    expect([answer.status, answer.body['attr'], answer.body['code']]).toEqual([400, attr, code]);
  });

  it.each(['0', '-1', 'x', '2147483648', '99999999999999999999', '1.0', '%00', '%F0'])(
    'finds no cohort called %s',
    async (id) => {
      const answer = await gateway.call(`${cohorts}/${id}/`, { key: project.apiKey });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(Object.keys(answer.body).sort()).toEqual(['attr', 'code', 'detail', 'type']);
    },
  );

  it.each(['Basic abc', 'Bearer', 'Bearer ', `Bearer ${'a'.repeat(600)}`, 'Bearer a b', 'phx_abc'])(
    'does not take %s for credentials',
    async (authorization) => {
      const answer = await gateway.call(`${cohorts}/`, { headers: { authorization } });
      expect([answer.status, answer.body['code'], answer.headers['www-authenticate']]).toEqual([
        401,
        'not_authenticated',
        'Bearer',
      ]);
    },
  );

  it('sends security headers and does not name its software', async () => {
    const answer = await gateway.call(`${cohorts}/`, { key: project.apiKey });
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('lets any web page capture, and nothing else', async () => {
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    const preflight = await gateway.call('/e/?compression=gzip-js', { method: 'OPTIONS', headers });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, 'https://shop.example']);
    const refused = await gateway.call('/e/', { method: 'POST', headers, body: '{' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([400, 'https://shop.example']);
    const cohort = await gateway.call(`${cohorts}/`, { method: 'OPTIONS', headers });
    expect(cohort.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('counts requests by route, not by id', async () => {
    await gateway.call(`${cohorts}/77/`, { key: project.apiKey });
    const { text } = await gateway.call('/metrics');
    expect(text).toContain(
      'muster_gateway_http_requests_total{method="GET",route="/api/projects/:project_id/cohorts/:id",status="404"}',
    );
    expect(text).not.toContain('/77');
  });

  it('notes the use of a key', async () => {
    const used = await database.database.pool.query<{ is_used: boolean }>(
      'SELECT last_used_at IS NOT NULL AS is_used FROM personal_api_key',
    );
    expect(used.rows).toEqual([{ is_used: true }]);
  });

  it('answers what is no HTTP with 400', async () => {
    await gateway.app.listen(0, '127.0.0.1');
    const { port } = gateway.app.getHttpServer().address() as AddressInfo;
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      socket.once('data', (data) => {
        socket.destroy();
        resolve(String(data));
      });
      socket.once('error', reject);
    });
    expect(reply).toMatch(/^HTTP\/1\.1 400 /);
  });
});
