import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { Metrics } from '../metrics/metrics.js';
import { Health, type HealthReport } from './health.js';

const UNAVAILABLE = 503;

/** What an orchestrator and a Prometheus ask of every app. */
@Controller()
export class ProbesController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  livez(@Res({ passthrough: true }) reply: FastifyReply): object {
    return answer(reply, this.health.liveness());
  }

  @Get('readyz')
  async readyz(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return answer(reply, await this.health.readiness());
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}

function answer(reply: FastifyReply, report: HealthReport): object {
  if (report.ok) {
    return { status: 'ok' };
  }
  void reply.status(UNAVAILABLE);
  return { status: 'unavailable', failing: report.failing };
}
