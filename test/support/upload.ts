import { eventually, type TestStack } from '#testing';

export interface ImportBody {
  readonly id: string;
  readonly status: string;
  readonly percent: number;
  readonly rows: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly duplicates: number;
  readonly invalid: number;
  readonly persons: number;
  readonly entered_count: number;
  readonly left_count: number;
  readonly late_count: number;
  readonly attempt: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { id: number };
}

type Fields = Readonly<Record<string, string>>;

/** Forms with a csv part, as curl and browsers send them. */
export class Uploads {
  constructor(private readonly stack: Pick<TestStack, 'gatewayUrl' | 'project'>) {}

  async create(csv: string | Uint8Array, fields: Fields = {}): Promise<Answer> {
    return this.send('POST', 'cohorts/', { name: 'VIP', is_static: 'true', ...fields }, csv);
  }

  async add(cohortId: number, csv: string | Uint8Array, fields: Fields = {}): Promise<Answer> {
    return this.send('PATCH', `cohorts/${cohortId}/`, fields, csv);
  }

  /** Creates a cohort of the file, which must be accepted. @returns its id and the report of its import */
  async import(csv: string | Uint8Array, fields: Fields = {}): Promise<{ id: number; report: ImportBody }> {
    const answer = await this.create(csv, fields);
    expect(answer).toMatchObject({ status: 201, body: { is_static: true, is_calculating: true } });
    return { id: answer.body.id, report: await this.done(answer.body.id) };
  }

  /** The report of the newest import once it has ended. */
  async done(cohortId: number, withinMs = 60_000): Promise<ImportBody> {
    return eventually(
      async () => {
        const [newest] = await this.imports(cohortId);
        expect(newest).toMatchObject({ status: 'done', percent: 100 });
        const { rows, matched, unmatched, duplicates, invalid } = newest!;
        expect(rows).toBe(matched + unmatched + duplicates + invalid);
        return newest!;
      },
      { withinMs },
    );
  }

  async imports(cohortId: number): Promise<ImportBody[]> {
    const { body } = await this.get(`cohorts/${cohortId}/imports/`);
    return (body as unknown as { results: ImportBody[] }).results;
  }

  async get(path: string): Promise<Answer & { text: string }> {
    const response = await fetch(this.url(path), { headers: this.headers() });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as Answer['body'] };
  }

  async send(method: string, path: string, fields: Fields, csv?: string | Uint8Array): Promise<Answer> {
    const form = new FormData();
    Object.entries(fields).forEach(([name, value]) => {
      form.append(name, value);
    });
    if (csv !== undefined) {
      form.append('csv', new Blob([csv]), 'vip_customers.csv');
    }
    const response = await fetch(this.url(path), { method, headers: this.headers(), body: form });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  url(path: string): string {
    return `${this.stack.gatewayUrl}/api/projects/${this.stack.project.id}/${path}`;
  }

  headers(): Record<string, string> {
    return { authorization: `Bearer ${this.stack.project.apiKey}` };
  }
}
