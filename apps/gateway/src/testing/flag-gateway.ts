import type { Answer } from './gateway-fixture.js';
import { type TestGateway, useGateway } from './use-gateway.js';

export const filtersOf = (...values: unknown[]) => ({ properties: { type: 'AND', values } });
export const EMAIL = { type: 'person', key: 'email', operator: 'is_set' };
export const EVENT = {
  type: 'behavioral',
  key: 'signup',
  value: 'performed_event',
  event_type: 'events',
  time_value: 3,
  time_interval: 'day',
};
export const reference = (id: number) => ({ type: 'cohort', key: 'id', value: id });
/** Filters of a flag for whoever is in all of these cohorts. */
export const naming = (...ids: unknown[]) => ({
  groups: [{ properties: ids.map((value) => ({ key: 'id', type: 'cohort', value })), rollout_percentage: 100 }],
});

interface MadeFlag {
  readonly id: number;
  readonly key: string;
  readonly name: string;
}

/** A gateway whose cohorts are used in flags. */
export interface FlagGateway {
  readonly test: TestGateway;
  /** Asks for a flag with a key of its own. */
  readonly flag: (filters: object, rest?: object) => Promise<Answer>;
  /** Makes a flag that uses the cohort; it must be accepted. */
  readonly using: (cohortId: number, rest?: object) => Promise<MadeFlag>;
  readonly editFlag: (id: number, body: object) => Promise<Answer>;
  readonly edit: (cohortId: number, body: object) => Promise<Answer>;
  /** A dynamic cohort with a version; by default of those with an email. */
  readonly filled: (name: string, ...values: unknown[]) => Promise<{ id: number }>;
  /** A static cohort. */
  readonly list: (name: string, rest?: object) => Promise<{ id: number }>;
}

export function useFlagGateway(): FlagGateway {
  const test = useGateway();
  let flags = 0;
  const gateway: FlagGateway = {
    test,
    flag: (filters, rest = {}) =>
      test.call('POST', 'feature_flags/', { key: `flag-${(flags += 1)}`, filters, ...rest }),
    async using(cohortId, rest = {}) {
      const { status, body } = await gateway.flag(naming(cohortId), rest);
      expect({ status, body }).toMatchObject({ status: 201 });
      return body as unknown as MadeFlag;
    },
    editFlag: (id, body) => test.call('PATCH', `feature_flags/${id}/`, body),
    edit: (cohortId, body) => test.call('PATCH', `cohorts/${cohortId}/`, body),
    async filled(name, ...values) {
      const cohort = await test.create({ name, filters: filtersOf(...(values.length === 0 ? [EMAIL] : values)) });
      await test.calculate(cohort.id, []);
      return cohort;
    },
    list: (name, rest = {}) => test.create({ name, is_static: true, ...rest }),
  };
  return gateway;
}
