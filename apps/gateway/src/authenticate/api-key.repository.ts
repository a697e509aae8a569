import { Inject, Injectable } from '@nestjs/common';

import { Database, hashApiKey } from '#persistence';

import type { CallerUser } from './access.js';
import { TtlCache } from './ttl-cache.js';

/** How long a revoked key may still work. */
const KEY_TTL_MS = 3_000;
const PROJECT_TTL_MS = 60_000;
const TOUCH_EVERY_MS = 60_000;

export interface ApiKey {
  readonly id: string;
  readonly scopes: readonly string[];
  /** Null: every project. */
  readonly project_ids: readonly number[] | null;
  readonly user: CallerUser;
}

const FIND_KEY = `
  SELECT k.id, k.scopes, k.project_ids,
         json_build_object('id', u.id, 'uuid', u.uuid, 'distinct_id', u.distinct_id, 'first_name', u.first_name,
           'last_name', u.last_name, 'email', u.email, 'is_email_verified', u.is_email_verified) AS user
  FROM personal_api_key k JOIN app_user u ON u.id = k.user_id WHERE k.hash = $1`;

const TOUCH_KEY = `
  UPDATE personal_api_key SET last_used_at = now()
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;

/** Personal API keys and projects, remembered for seconds so that most requests cost no query. */
@Injectable()
export class ApiKeyRepository {
  private readonly keys = new TtlCache<ApiKey>(KEY_TTL_MS);
  private readonly projects = new TtlCache<true>(PROJECT_TTL_MS);
  private readonly touched = new TtlCache<true>(TOUCH_EVERY_MS);

  constructor(@Inject(Database) private readonly database: Database) {}

  /** The key, undefined when there is no such key. Notes its use, at most once a minute. */
  async find(key: string): Promise<ApiKey | undefined> {
    const hash = hashApiKey(key);
    const found = this.keys.get(hash) ?? (await this.load(hash));
    if (found !== undefined) {
      this.touch(found.id);
    }
    return found;
  }

  async projectExists(projectId: number): Promise<boolean> {
    const cacheKey = String(projectId);
    if (this.projects.get(cacheKey) === true) {
      return true;
    }
    const { rowCount } = await this.database.pool.query('SELECT 1 FROM project WHERE id = $1', [projectId]);
    if (rowCount === 0) {
      return false;
    }
    this.projects.set(cacheKey, true);
    return true;
  }

  private async load(hash: string): Promise<ApiKey | undefined> {
    const { rows } = await this.database.pool.query<ApiKey>(FIND_KEY, [hash]);
    if (rows[0] !== undefined) {
      this.keys.set(hash, rows[0]);
    }
    return rows[0];
  }

  private touch(id: string): void {
    if (this.touched.get(id) === true) {
      return;
    }
    this.touched.set(id, true);
    // Nobody waits for it, and a note that gets lost is made at the next use.
    this.database.pool.query(TOUCH_KEY, [id]).catch(() => undefined);
  }
}
