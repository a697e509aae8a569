import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';

import { forbidden, notFound, unauthenticated } from '../http/api-error.js';
import { readId } from '../http/read-id.js';
import { grantAccess, REQUIRED_SCOPES } from './access.js';
import { type ApiKey, ApiKeyRepository } from './api-key.repository.js';
import { missingScope, type Scope } from './scopes.js';

const BEARER = /^Bearer +(\S{1,500}) *$/i;

/** Lets a request pass whose key is known, may enter the project of the path and has the scopes of the route. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(ApiKeyRepository) private readonly keys: ApiKeyRepository,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = await this.authenticate(request);
    const projectId = requireProject(key, (request.params as { project_id?: string }).project_id);
    const required = this.reflector.get<readonly Scope[] | undefined>(REQUIRED_SCOPES, context.getHandler()) ?? [];
    const missing = missingScope(key.scopes, required);
    if (missing !== undefined) {
      throw forbidden(`API key missing required scope '${missing}'`);
    }
    if (!(await this.keys.projectExists(projectId))) {
      throw notFound();
    }
    grantAccess(request, { projectId, user: key.user });
    return true;
  }

  private async authenticate(request: FastifyRequest): Promise<ApiKey> {
    const presented = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (presented === undefined) {
      throw unauthenticated('not_authenticated', 'Authentication credentials were not provided.');
    }
    const key = await this.keys.find(presented);
    if (key === undefined) {
      throw unauthenticated(
        'authentication_failed',
        'Personal API key found in request Authorization header is invalid.',
      );
    }
    return key;
  }
}

function requireProject(key: ApiKey, text: string | undefined): number {
  const projectId = readId(text);
  if (key.project_ids !== null && !key.project_ids.includes(projectId)) {
    throw forbidden(`API key does not have access to the requested project '${projectId}'`);
  }
  return projectId;
}
