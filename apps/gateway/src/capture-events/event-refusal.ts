/** Why an event cannot go in; `reason` is what SDKs and metrics see. */
export interface EventRefusal {
  readonly reason: string;
  /** The field at fault when the event stands alone. */
  readonly attr: string | null;
  readonly detail: string;
}

function refusal(reason: string, attr: string | null, detail: string): EventRefusal {
  return { reason, attr, detail };
}

/** Every reason there is: a bounded set, because each is a label of a metric. */
export const REFUSALS = {
  notAnObject: refusal('not_an_object', null, 'An event must be an object.'),
  missingName: refusal('missing_event_name', 'event', 'This field is required.'),
  longName: refusal('event_name_too_long', 'event', 'Ensure this field has no more than 200 characters.'),
  missingDistinctId: refusal('missing_distinct_id', 'distinct_id', 'This field is required.'),
  longDistinctId: refusal('distinct_id_too_long', 'distinct_id', 'Ensure this field has no more than 400 characters.'),
  illegalDistinctId: refusal('illegal_distinct_id', 'distinct_id', 'This distinct id stands for nobody.'),
  invalidProperties: refusal('invalid_properties', 'properties', 'Expected an object.'),
  invalidSet: refusal('invalid_set', '$set', 'Expected an object.'),
  invalidSetOnce: refusal('invalid_set_once', '$set_once', 'Expected an object.'),
  invalidUnset: refusal('invalid_unset', '$unset', 'Expected a list of property names.'),
  personProcessingOff: refusal(
    'person_processing_off',
    '$process_person_profile',
    'This event concerns persons and cannot be sent with $process_person_profile: false.',
  ),
  tooLarge: refusal('event_too_large', null, 'An event may have 900,000 bytes at most.'),
} as const;

/** Thrown while one event is read; the others of its batch go in. */
export class EventRefused extends Error {
  constructor(readonly refusal: EventRefusal) {
    super(refusal.reason);
  }
}
