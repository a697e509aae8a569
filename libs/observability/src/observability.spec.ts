import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import { isDue } from './fail-point.js';
import { Health } from './health/health.js';
import { createLogger, LOGGER, type Logger } from './logging/logger.js';
import { prettyLine } from './logging/pretty-line.js';
import { METRICS } from './metrics/metric-catalogue.js';
import { Metrics } from './metrics/metrics.js';
import { ObservabilityModule } from './observability.module.js';

describe('the log', () => {
  function logged(write: (logger: Logger) => void, level = 'info'): Record<string, unknown>[] {
    const lines: string[] = [];
    write(createLogger({ app: 'spec', form: 'json', level }, { write: (line) => void lines.push(line) }));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('tells the app, the fields of its children, and an error with its causes', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const [line] = logged((logger) => {
      logger.child({ topic: 'events' }).error({ error }, 'it failed');
    });
    expect(line).toMatchObject({ app: 'spec', topic: 'events', msg: 'it failed' });
    expect(JSON.stringify(line)).toContain('inner');
  });

  it('keeps secrets to itself, also inside', () => {
    const secret = 'phx_secret';
    const fields = { token: secret, request: { headers: { authorization: secret } }, user: { password: secret } };
    expect(
      JSON.stringify(
        logged((logger) => {
          logger.info(fields, 'x');
        }),
      ),
    ).not.toContain(secret);
  });

  it('leaves out what is below its level', () => {
    expect(
      logged((logger) => {
        logger.debug({}, 'x');
      }),
    ).toEqual([]);
  });

  it('prints a pretty line with the time of day, the level, the words and the fields; a stack below', () => {
    const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const line = { level: 40, time, app: 'spec', msg: 'slow', ms: 5, why: 'lock' };
    expect(prettyLine(JSON.stringify(line))).toBe('03:04:05.678 WARN  slow ms=5 why=lock\n');
    const failed = { ...line, level: 50, error: { message: 'no', stack: 'Error: no\n    at here' } };
    expect(prettyLine(JSON.stringify(failed))).toBe(
      '03:04:05.678 ERROR slow ms=5 why=lock\n  Error: no\n      at here\n',
    );
  });
});

describe('metrics', () => {
  it('give the same metric for the same name, and refuse it as another kind', async () => {
    const metrics = new Metrics();
    metrics.counter('muster_things_total', 'Things.', ['kind']).inc({ kind: 'a' });
    metrics.counter('muster_things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 2);
    expect(await metrics.registry.metrics()).toContain('muster_things_total{kind="a"} 3');
    expect(() => metrics.gauge('muster_things_total')).toThrow('another kind');
  });

  it('are named and described alike', () => {
    for (const { name, kind, help } of Object.values(METRICS)) {
      expect(name).toMatch(kind === 'counter' ? /^muster_[a-z_]+_total$/ : /^muster_[a-z_]+(?<!_total)$/);
      expect(help).toMatch(/\.$/);
    }
  });
});

describe('the probes', () => {
  let app: NestFastifyApplication;
  beforeEach(async () => {
    const imports = [ObservabilityModule.register({ app: 'spec', form: 'json', level: 'fatal' })];
    const module = await Test.createTestingModule({ imports }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
  });
  afterEach(async () => app.close());

  async function get(url: string) {
    const { statusCode, body } = await app.inject({ method: 'GET', url });
    return { statusCode, body };
  }

  it('are fine when nothing is wrong', async () => {
    expect(await get('/livez')).toEqual({ statusCode: 200, body: '{"status":"ok"}' });
    expect(await get('/readyz')).toEqual({ statusCode: 200, body: '{"status":"ok"}' });
  });

  it('readiness says what is wrong, by name; a check that throws is wrong; liveness does not care', async () => {
    const health = app.get(Health);
    health.addReadiness('database', () => 'no answer');
    health.addReadiness('broken', () => Promise.reject(new Error('boom')));
    health.addReadiness('fine', () => undefined);
    const { statusCode, body } = await get('/readyz');
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toEqual({
      status: 'unavailable',
      failing: { database: 'no answer', broken: 'Error: boom' },
    });
    expect((await get('/livez')).statusCode).toBe(200);
  });

  it('a readiness check that never answers is wrong after 2 s', async () => {
    app.get(Health).addReadiness('hanging', async () => new Promise(() => undefined));
    expect(JSON.parse((await get('/readyz')).body)).toHaveProperty('failing.hanging', 'no answer within 2000 ms');
  });

  it('while draining not ready, but alive', async () => {
    app.get(Health).drain();
    expect(await get('/readyz')).toEqual({
      statusCode: 503,
      body: '{"status":"unavailable","failing":{"process":"draining"}}',
    });
    expect((await get('/livez')).statusCode).toBe(200);
  });

  it('liveness fails with what is dead', async () => {
    app.get(Health).addLiveness('consumer', () => 'stopped for good');
    expect((await get('/livez')).statusCode).toBe(503);
  });

  it('metrics are text for Prometheus, with those of the process', async () => {
    const response = await app.inject({ method: 'GET', url: '/metrics' });
    expect(response.headers['content-type']).toContain('text/plain');
    expect(response.body).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(app.get<Logger>(LOGGER)).toHaveProperty('child');
  });
});

describe('a fail point', () => {
  it('is due when it is named, as often as it says', () => {
    expect(isDue('outbox.after_publish', '')).toBe(false);
    expect(isDue('outbox.after_publish', 'other')).toBe(false);
    expect(isDue('outbox.after_publish', 'other,outbox.after_publish', () => 0.99)).toBe(true);
    expect(isDue('outbox.after_publish', 'outbox.after_publish:0.02', () => 0.01)).toBe(true);
    expect(isDue('outbox.after_publish', 'outbox.after_publish:0.02', () => 0.03)).toBe(false);
  });
});
