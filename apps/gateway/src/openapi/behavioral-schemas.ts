import { BEHAVIORS } from '#cohort-core';

const EVENT_TYPE = { type: 'string', enum: ['events', 'actions'] };
const EVENT_KEY = {
  oneOf: [
    { type: 'string', minLength: 1, maxLength: 400 },
    { type: 'integer', minimum: 1 },
  ],
};
const AMOUNT = { type: 'integer', minimum: 1, maximum: 9_999 };
const INTERVAL = { type: 'string', enum: ['minute', 'hour', 'day', 'week', 'month', 'year'] };
const PERIODS = { type: 'integer', minimum: 1, maximum: 1_000 };

/** Of no type here: explicit_datetime wins where both are given, and then nobody reads them. */
const WINDOW = {
  properties: {
    time_value: { description: 'With time_interval, the start of the window: 1 to 9999.', example: 30 },
    time_interval: { description: `One of ${INTERVAL.enum.join(', ')}.`, example: 'day' },
    explicit_datetime: {
      type: 'string',
      nullable: true,
      description: 'Start of the window instead of time_value and time_interval: a date, an instant or `-30d`.',
      example: '1998-03-01',
    },
    explicit_datetime_to: {
      type: 'string',
      nullable: true,
      description: 'End of the window that explicit_datetime starts.',
      example: '1998-03-31',
    },
  },
  required: [],
};
const TIME = { properties: { time_value: AMOUNT, time_interval: INTERVAL }, required: ['time_value', 'time_interval'] };
const SEQ_TIME = {
  properties: { seq_time_value: AMOUNT, seq_time_interval: INTERVAL },
  required: ['seq_time_value', 'seq_time_interval'],
};
const COUNT = {
  properties: {
    operator: {
      type: 'string',
      nullable: true,
      enum: ['gte', 'lte', 'gt', 'lt', 'eq', 'exact', null],
      description: 'How to count; default eq.',
    },
    operator_value: { type: 'integer', minimum: 1, maximum: 1_000_000_000 },
  },
  required: ['operator_value'],
};
const NEXT = {
  properties: { seq_event: { ...EVENT_KEY, description: 'The second event.' }, seq_event_type: EVENT_TYPE },
  required: ['seq_event', 'seq_event_type'],
};
const REGULARITY = {
  properties: { min_periods: PERIODS, total_periods: PERIODS },
  required: ['min_periods', 'total_periods'],
};

interface Fields {
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

/** What each behavior reads beside the fields of all; anything else that PostHog's clients leave in is not looked at. */
const READS: Readonly<Record<string, readonly Fields[]>> = {
  performed_event: [WINDOW],
  performed_event_multiple: [WINDOW, COUNT],
  performed_event_multiple_times: [WINDOW, COUNT],
  performed_event_first_time: [WINDOW],
  performed_event_sequence: [WINDOW, NEXT, SEQ_TIME],
  performed_event_regularly: [TIME, COUNT, REGULARITY],
  stopped_performing_event: [WINDOW, SEQ_TIME],
  restarted_performing_event: [TIME, SEQ_TIME],
};

/** What the person did, or stopped doing, in a window of time: one schema a behavior. @param eventCondition reference to the schema of a condition on the event */
export function behavioralSchemas(eventCondition: string): object[] {
  return Object.entries(BEHAVIORS).map(([value, { meaning }]) => {
    const reads = READS[value];
    if (reads === undefined) {
      throw new Error(`READS lacks ${value}`);
    }
    return {
      type: 'object',
      title: value,
      description: `${meaning[0]?.toUpperCase() ?? ''}${meaning.slice(1)}. Fields that only other behaviors read are left alone.`,
      required: ['type', 'key', 'value', 'event_type', ...reads.flatMap(({ required }) => required)],
      properties: {
        type: { type: 'string', enum: ['behavioral'] },
        key: { ...EVENT_KEY, description: 'Name of the event, or id of the action.', example: 'onboarding_complete' },
        value: { type: 'string', enum: [value] },
        event_type: EVENT_TYPE,
        ...Object.fromEntries(reads.flatMap(({ properties }) => Object.entries(properties))),
        event_filters: {
          type: 'array',
          nullable: true,
          items: { $ref: eventCondition },
          maxItems: 50,
          description: 'All hold on the same event.',
        },
        negation: {
          type: 'boolean',
          nullable: true,
          default: false,
          description: 'True: everyone who does not match.',
        },
      },
    };
  });
}
