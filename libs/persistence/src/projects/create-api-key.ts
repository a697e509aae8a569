import { hash, randomBytes } from 'node:crypto';

import type { Pool, PoolClient } from 'pg';

/** The user that keys belong to unless another is named. */
export const DEMO_EMAIL = 'demo@muster.example';

export interface ApiKeyRequest {
  /** Owner, made when unknown; default the demo user. */
  readonly email?: string;
  readonly label?: string;
  /** `cohort:read`, `cohort:write` ... or `*`. */
  readonly scopes: readonly string[];
  /** The projects it may enter; null or absent means all. */
  readonly projectIds?: readonly number[] | null;
}

/** What is stored of a key: 256 random bits need no slow hash. */
export function hashApiKey(key: string): string {
  return hash('sha256', key);
}

/** Makes a personal API key. The key is returned once; only its hash is stored. */
export async function createApiKey(client: Pool | PoolClient, request: ApiKeyRequest): Promise<{ key: string }> {
  const key = `phx_${randomBytes(32).toString('base64url')}`;
  const email = request.email ?? DEMO_EMAIL;
  await client.query(
    `WITH owner AS (
       INSERT INTO app_user (email, distinct_id, first_name) VALUES ($1, $1, $2)
       ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id
     )
     INSERT INTO personal_api_key (user_id, label, hash, mask, scopes, project_ids)
     SELECT id, $3, $4, $5, $6, $7 FROM owner`,
    [
      email,
      firstNameOf(email),
      request.label ?? '',
      hashApiKey(key),
      `phx_...${key.slice(-4)}`,
      request.scopes,
      request.projectIds ?? null,
    ],
  );
  return { key };
}

function firstNameOf(email: string): string {
  const local = email.split('@')[0] ?? email;
  return local.charAt(0).toUpperCase() + local.slice(1);
}
