import type { OracleAction, OracleEvent, OraclePerson } from '../oracle/index.js';

/** Given these persons and events, at that instant the filters hold those members (uuids, sorted). */
export interface ParityCase {
  name: string;
  timezone: string;
  persons: OraclePerson[];
  events: OracleEvent[];
  cohorts: Map<number, Set<string>>;
  actions: Map<number, OracleAction>;
  at: string;
  filters: object;
  members: string[];
}

/** The event `buy` at an ISO instant, another one as `view 2026-02-01T10:00Z`, or one with properties. */
export type Did = string | { did: string; properties: Record<string, unknown>; as?: string };

export interface Given {
  distinctIds?: string[];
  properties?: Record<string, unknown>;
  createdAt?: string;
  did?: Did[];
}

interface Story {
  name: string;
  /** Default UTC. */
  timezone?: string;
  /** Default Sunday, 2026-02-15 noon UTC. */
  at?: string;
  /** Person name (at most six letters) to what is known of her. */
  given: Record<string, Given>;
  cohorts?: Record<number, string[]>;
  actions?: Record<number, OracleAction>;
  filters: object;
  members: string[];
}

const NOON = '2026-02-15T12:00:00.000Z';

function uuidOf(name: string): string {
  return `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`;
}

export function all(...values: object[]): object {
  return { properties: { type: 'AND', values } };
}

export function any(...values: object[]): object {
  return { properties: { type: 'OR', values } };
}

export function story({ timezone = 'UTC', at = NOON, ...row }: Story): ParityCase {
  const given = Object.entries(row.given);
  return {
    name: row.name,
    timezone,
    at: new Date(at).toISOString(),
    persons: given.map(([name, person]) => ({
      uuid: uuidOf(name),
      distinctIds: person.distinctIds ?? [name],
      properties: person.properties ?? {},
      createdAt: new Date(person.createdAt ?? '2020-01-01T00:00Z').toISOString(),
    })),
    events: given.flatMap(([name, person]) => (person.did ?? []).map((did) => eventOf(name, person, did))),
    cohorts: new Map(Object.entries(row.cohorts ?? {}).map(([id, names]) => [Number(id), new Set(names.map(uuidOf))])),
    actions: new Map(Object.entries(row.actions ?? {}).map(([id, action]) => [Number(id), action])),
    filters: row.filters,
    members: row.members.map(uuidOf).sort(),
  };
}

function eventOf(name: string, person: Given, did: Did): OracleEvent {
  const { did: text, properties, as } = typeof did === 'string' ? { did, properties: {}, as: undefined } : did;
  const [time = '', event = 'buy'] = text.split(' ').reverse();
  return {
    distinctId: as ?? person.distinctIds?.[0] ?? name,
    event,
    timestamp: new Date(time).toISOString(),
    properties,
  };
}

interface PropertyRow {
  name: string;
  timezone?: string;
  at?: string;
  /** Person name to her value of the property `p`; undefined when she has none. */
  has: Record<string, unknown>;
  is: { operator: string; value?: unknown; key?: string; negation?: boolean };
  members: string[];
}

/** Stories about one person property. */
export function onProperty(rows: PropertyRow[]): ParityCase[] {
  return rows.map(({ has, is, ...row }) =>
    story({
      ...row,
      given: Object.fromEntries(
        Object.entries(has).map(([name, value]) => [name, { properties: value === undefined ? {} : { p: value } }]),
      ),
      filters: all({ type: 'person', key: 'p', ...is }),
    }),
  );
}

interface BehaviorRow extends Omit<Story, 'given' | 'filters'> {
  /** Person name to what she did. */
  did: Record<string, Did[]>;
  leaf: { value: string; [field: string]: unknown };
}

/** Stories about one behavioral leaf, on the event `buy` unless it says otherwise. */
export function onBehavior(rows: BehaviorRow[]): ParityCase[] {
  return rows.map(({ did, leaf, ...row }) =>
    story({
      ...row,
      given: Object.fromEntries(Object.entries(did).map(([name, events]) => [name, { did: events }])),
      filters: all({ type: 'behavioral', key: 'buy', event_type: 'events', ...leaf }),
    }),
  );
}
