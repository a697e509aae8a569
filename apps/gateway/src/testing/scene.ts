import type { Database } from '#persistence';
import { createTestProject, type TestProject } from '#testing';

import type { Answer, GatewayFixture } from './gateway-fixture.js';
import { tellWorld, type Told, type ToldPerson } from './tell-world.js';

/** The clock of every scene: noon of Friday, 15 March 2024, in UTC; New York set its clock forward on the 10th. */
export const NOW = '2024-03-15T12:00:00Z';
export const DAY_MS = 86_400_000;

export interface Node {
  readonly type: string;
  readonly path?: string;
  readonly matched: boolean;
  readonly values: readonly Node[];
  readonly evidence: Record<string, unknown> & { readonly events: readonly { readonly timestamp: string }[] };
  readonly until: string | null;
  readonly until_searched_to: string | null;
}
export interface Explanation {
  readonly person: string;
  readonly at: string;
  readonly matched: boolean;
  readonly tree: Node | null;
}

/** A condition on the event `view` in the last seven days. */
export const did = (value: string, change: object = {}) => ({
  type: 'behavioral',
  key: 'view',
  value,
  event_type: 'events',
  time_value: 7,
  time_interval: 'day',
  ...change,
});

/** A project with one person whose clock stands at NOW. */
export class Scene {
  private constructor(
    private readonly gateway: GatewayFixture,
    readonly project: TestProject,
    readonly ann: ToldPerson,
  ) {}

  static async of(gateway: GatewayFixture, database: Database, told: Told, timezone = 'UTC'): Promise<Scene> {
    const project = await createTestProject(database, { timezone });
    const shift = `UPDATE project SET clock_offset = $2::timestamptz - clock_timestamp() WHERE id = $1`;
    await database.pool.query(shift, [project.id, NOW]);
    const { ann } = await tellWorld(database, { ...project, timezone }, { ann: told });
    return new Scene(gateway, project, ann);
  }

  call(method: 'GET' | 'POST', path: string, body?: object, key = this.project.apiKey): Promise<Answer> {
    const url = `/api/projects/${this.project.id}/${path}`;
    return this.gateway.call(url, { method, key, ...(body === undefined ? {} : { body }) });
  }

  async create(properties?: object): Promise<number> {
    const filters = properties === undefined ? {} : { filters: { properties } };
    const { status, body } = await this.call('POST', 'cohorts/', { name: 'explained', ...filters });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body['id'] as number;
  }

  async explain(properties?: object, query = `person=${this.ann.uuid}`): Promise<Explanation> {
    const answer = await this.call('GET', `cohorts/${await this.create(properties)}/explain/?${query}`);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    return answer.body as unknown as Explanation;
  }

  /** The explanation of one condition. */
  async leaf(leaf: object): Promise<Node> {
    const { tree } = await this.explain({ type: 'AND', values: [leaf] });
    const node = tree?.values[0];
    expect(node).toMatchObject(leaf);
    return node as Node;
  }

  /** Whether the evaluator finds her at another instant. */
  async matchedAt(leaf: object, at: number): Promise<boolean> {
    const filters = { properties: { type: 'AND', values: [leaf] } };
    const as_of = new Date(at).toISOString();
    const { body } = await this.call('POST', 'cohorts/preview/', { filters, as_of });
    expect(body).toHaveProperty('count');
    return body['count'] === 1;
  }
}

/** The evaluator itself says that she is as she was until then, and not from then on. */
export async function proveUntil(scene: Scene, leaf: object, { matched, until }: Node): Promise<void> {
  if (until === null) {
    const ahead = [1, 7, 30, 400].map((days) => Date.parse(NOW) + days * DAY_MS);
    for (const at of ahead) {
      expect(await scene.matchedAt(leaf, at)).toBe(matched);
    }
    return;
  }
  const at = Date.parse(until);
  expect([await scene.matchedAt(leaf, at - 1), await scene.matchedAt(leaf, at)]).toEqual([matched, !matched]);
  for (let before = at - DAY_MS / 2; before > Date.parse(NOW); before -= DAY_MS / 2) {
    expect(await scene.matchedAt(leaf, before)).toBe(matched);
  }
}
