import { isUUID } from 'class-validator';

import { type CapturedEvent, distinctIdProblem, isObject, TOPICS } from '#contracts';

import { flawOf } from '../http/json-value.js';
import type { Shape } from '../http/shape.js';
import { correctTime, parseInstant } from './correct-time.js';
import { EventRefused, REFUSALS } from './event-refusal.js';
import { withPersonUpdates } from './person-updates.js';
import { MAX_EVENT_DEPTH } from './read-capture-body.js';
import { uuidV7 } from './uuid-v7.js';

const MAX_EVENT_NAME = 200;
const MAX_EVENT_BYTES = 900_000;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';
/** Events that are about persons; PostHog refuses them where persons are switched off. */
const PERSON_EVENTS = ['$identify', '$create_alias', '$merge_dangerously', '$groupidentify'];

type Json = Readonly<Record<string, unknown>>;

/** What all events of a request have in common. */
export interface Receipt {
  readonly projectId: number;
  readonly receivedAt: Date;
  readonly sentAt: Date | undefined;
  /** The body may hold NUL, lone surrogates, monstrous numbers or too deep a value. */
  readonly isSuspect: boolean;
  /** The body is so large that one of its events may be too large for a Kafka record. */
  readonly isLarge: boolean;
}

export type CompleteEvent = Shape<CapturedEvent> & { readonly uuid: string };

/** What an SDK sent becomes what travels to ingestion. @throws EventRefused */
export function normaliseEvent(raw: unknown, receipt: Receipt): CompleteEvent {
  if (!isObject(raw)) {
    throw new EventRefused(REFUSALS.notAnObject);
  }
  refuseFlaws(raw, receipt);
  const sent = propertiesOf(raw);
  const name = eventNameOf(raw);
  const processPerson = processesPerson(name, sent);
  const event = {
    schema_version: TOPICS.events.schemaVersion,
    project_id: receipt.projectId,
    uuid: uuidOf(raw['uuid'], receipt.receivedAt),
    distinct_id: distinctIdOf(raw, sent),
    event: name,
    timestamp: timestampOf(raw, sent, receipt),
    received_at: receipt.receivedAt.toISOString(),
    properties: withPersonUpdates(raw, sent),
    ...(processPerson ? {} : { process_person: false }),
  };
  refuseLarge(event, receipt);
  return event;
}

function refuseFlaws(raw: Json, receipt: Receipt): void {
  const flaw = receipt.isSuspect ? flawOf(raw, MAX_EVENT_DEPTH) : undefined;
  if (flaw !== undefined) {
    throw new EventRefused({ reason: flaw.code, attr: flaw.path.slice(0, 5).join('__') || null, detail: flaw.detail });
  }
}

function propertiesOf(raw: Json): Json {
  const properties = raw['properties'] ?? {};
  if (!isObject(properties)) {
    throw new EventRefused(REFUSALS.invalidProperties);
  }
  return properties;
}

function eventNameOf(raw: Json): string {
  const name = raw['event'];
  if (typeof name !== 'string' || name.trim() === '') {
    throw new EventRefused(REFUSALS.missingName);
  }
  if (name.length > MAX_EVENT_NAME) {
    throw new EventRefused(REFUSALS.longName);
  }
  return name;
}

function distinctIdOf(raw: Json, properties: Json): string {
  const given = raw['distinct_id'] ?? raw['$distinct_id'] ?? properties['distinct_id'] ?? properties['$distinct_id'];
  if (typeof given !== 'string' && typeof given !== 'number') {
    throw new EventRefused(REFUSALS.missingDistinctId);
  }
  const distinctId = String(given);
  switch (distinctIdProblem(distinctId)) {
    case 'empty':
      throw new EventRefused(REFUSALS.missingDistinctId);
    case 'too long':
      throw new EventRefused(REFUSALS.longDistinctId);
    case 'reserved':
      throw new EventRefused(REFUSALS.illegalDistinctId);
    case undefined:
      return distinctId;
  }
}

function processesPerson(name: string, properties: Json): boolean {
  const isOff = properties['$process_person_profile'] === false;
  if (isOff && PERSON_EVENTS.includes(name)) {
    throw new EventRefused(REFUSALS.personProcessingOff);
  }
  return !isOff;
}

/** A uuid that consumers would refuse, or that stands for none, is replaced. */
function uuidOf(given: unknown, receivedAt: Date): string {
  return typeof given === 'string' && isUUID(given) && given !== NIL_UUID ? given.toLowerCase() : uuidV7(receivedAt);
}

function timestampOf(raw: Json, properties: Json, receipt: Receipt): string {
  const offset = raw['offset'];
  const client = {
    timestamp: parseInstant(raw['timestamp'] ?? properties['timestamp']),
    sentAt: properties['$ignore_sent_at'] === true ? undefined : (receipt.sentAt ?? parseInstant(raw['sent_at'])),
    offsetMs: typeof offset === 'number' && Number.isFinite(offset) ? offset : undefined,
  };
  return correctTime(client, receipt.receivedAt).toISOString();
}

function refuseLarge(event: CompleteEvent, receipt: Receipt): void {
  if (receipt.isLarge && Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) {
    throw new EventRefused(REFUSALS.tooLarge);
  }
}
