import { eventually, type TestStack } from '#testing';

export interface CohortBody {
  readonly id: number;
  readonly name: string;
  readonly count: number;
  readonly is_calculating: boolean;
  readonly version: number | null;
  readonly pending_version: number;
  readonly last_calculation: string | null;
  readonly filters: unknown;
}

export interface PersonBody {
  readonly id: string;
  readonly uuid: string;
  readonly distinct_ids: string[];
  readonly properties: Record<string, unknown>;
}

interface Page<T> {
  readonly results: T[];
  readonly next: string | null;
  readonly previous: string | null;
}

/** The HTTP API as a client of one project sees it. */
export class MusterApi {
  constructor(private readonly stack: Pick<TestStack, 'gatewayUrl' | 'project'>) {}

  async request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const url = path.startsWith('http')
      ? path
      : `${this.stack.gatewayUrl}/api/projects/${this.stack.project.id}/${path}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${this.stack.project.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  async createCohort(name: string, ...values: unknown[]): Promise<CohortBody> {
    const filters = { properties: { type: 'AND', values } };
    const { status, body } = await this.request('POST', 'cohorts/', { name, filters });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body as CohortBody;
  }

  /** The cohort once it is not calculating any more. */
  async calculated(id: number): Promise<CohortBody> {
    return eventually(async () => {
      const { body } = await this.request('GET', `cohorts/${id}/`);
      expect(body).toMatchObject({ is_calculating: false });
      return body as CohortBody;
    });
  }

  /** Every member, by following `next`. */
  async members(id: number, limit = 100): Promise<PersonBody[]> {
    const members: PersonBody[] = [];
    let next: string | null = `cohorts/${id}/persons/?limit=${limit}`;
    while (next !== null) {
      const { body } = await this.request('GET', next);
      const page = body as Page<PersonBody>;
      members.push(...page.results);
      next = page.next;
    }
    return members;
  }

  /** Sends events as an SDK does. */
  async capture(batch: readonly object[]): Promise<void> {
    const response = await fetch(`${this.stack.gatewayUrl}/batch/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ api_key: this.stack.project.token, batch }),
    });
    expect(response.status).toBe(200);
  }

  async storedEvents(database: TestStack['database']): Promise<number> {
    const result = await database.pool.query<{ count: string }>('SELECT count(*) FROM event WHERE project_id = $1', [
      this.stack.project.id,
    ]);
    return Number(result.rows[0]?.count);
  }
}
