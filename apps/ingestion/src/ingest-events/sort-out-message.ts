import { type CapturedEvent, distinctIdProblem } from '#contracts';
import type { ReceivedMessage } from '#messaging';

import { cleanText, isDeeperThan, MAX_DEPTH, toStorableJson } from './clean-text.js';
import { eventTime, receiptTime } from './event-time.js';
import type { IncomingEvent } from './incoming-event.js';
import { needsPerson, personWishes } from './person-wishes.js';

/** An event that cannot be stored, and why: a short sentence without values, so that it can be a metric's label. */
export class RefusedEvent {
  constructor(readonly reason: string) {}
}

/** Checks, cleans and completes one message; pure. What is wrong with an event costs that event only. */
export function sortOutMessage(message: ReceivedMessage<CapturedEvent>): IncomingEvent | RefusedEvent {
  const { value } = message;
  const distinctId = cleanText(value.distinct_id);
  const problem = distinctIdProblem(distinctId);
  if (problem !== undefined) {
    return new RefusedEvent(`distinct id is ${problem}`);
  }
  if (isDeeperThan(value.properties, MAX_DEPTH)) {
    return new RefusedEvent('properties are too deep');
  }
  const { properties, json } = toStorableJson(value.properties ?? {});
  const event = {
    projectId: value.project_id,
    uuid: (value.uuid ?? message.id).toLowerCase(),
    distinctId,
    event: cleanText(value.event),
    timestamp: eventTime(value.timestamp, receiptTime(value.received_at, message.time)),
    properties: json,
  };
  if (value.deletes_person != null) {
    return { ...event, person: { deletes: value.deletes_person.toLowerCase() } };
  }
  const isPersonless = value.process_person === false || properties['$process_person_profile'] === false;
  if (isPersonless && needsPerson(value.event)) {
    return new RefusedEvent('event needs a person, and asks for none');
  }
  return { ...event, person: isPersonless ? undefined : personWishes(value.event, distinctId, properties) };
}
