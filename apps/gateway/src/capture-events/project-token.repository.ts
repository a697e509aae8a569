import { Inject, Injectable } from '@nestjs/common';

import { Database } from '#persistence';

import { TtlCache } from '../authenticate/ttl-cache.js';
import { unauthenticated } from '../http/api-error.js';
import { flawOfText } from '../http/json-value.js';

const KNOWN_TTL_MS = 60_000;
/** Short, so that a token works soon after its project is made. */
const UNKNOWN_TTL_MS = 1_000;

/** Project tokens, remembered so that capture costs no query. */
@Injectable()
export class ProjectTokenRepository {
  private readonly known = new TtlCache<number>(KNOWN_TTL_MS);
  private readonly unknown = new TtlCache<true>(UNKNOWN_TTL_MS);

  constructor(@Inject(Database) private readonly database: Database) {}

  /** @returns undefined when no project has this token */
  private async find(token: string): Promise<number | undefined> {
    if (this.unknown.get(token) === true) {
      return undefined;
    }
    return this.known.get(token) ?? (await this.load(token));
  }

  /** @throws ApiError 401 when no project has this token */
  async require(token: string): Promise<number> {
    const isText = flawOfText(token, []) === undefined;
    const projectId = isText ? await this.find(token) : undefined;
    if (projectId === undefined) {
      throw unauthenticated(
        'invalid_api_key',
        'Project API key invalid. You can find your project API key in your project settings.',
      );
    }
    return projectId;
  }

  private async load(token: string): Promise<number | undefined> {
    const { rows } = await this.database.pool.query<{ id: number }>('SELECT id FROM project WHERE token = $1', [token]);
    const id = rows[0]?.id;
    if (id === undefined) {
      this.unknown.set(token, true);
    } else {
      this.known.set(token, id);
    }
    return id;
  }
}
