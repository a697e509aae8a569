import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import type { Scope } from './scopes.js';

/** The user as PostHog shows one inside other objects. */
export interface CallerUser {
  readonly id: number;
  readonly uuid: string;
  readonly distinct_id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly is_email_verified: boolean;
}

/** What a request has proven: who calls, and the existing project it may work in. */
export interface Access {
  readonly projectId: number;
  readonly user: CallerUser;
}

export const REQUIRED_SCOPES = 'muster:required-scopes';

/** Which scopes a key needs for this route. */
export const RequireScopes = (...scopes: readonly Scope[]) => SetMetadata(REQUIRED_SCOPES, scopes);

const granted = new WeakMap<FastifyRequest, Access>();

export function grantAccess(request: FastifyRequest, access: Access): void {
  granted.set(request, access);
}

/** Gives a controller what ApiKeyGuard found out. */
export const Granted = createParamDecorator((_: unknown, context: ExecutionContext): Access => {
  const access = granted.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (access === undefined) {
    throw new Error('this route has no ApiKeyGuard');
  }
  return access;
});
