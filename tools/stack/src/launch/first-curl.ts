import type { Prepared } from '../prepare/prepared.js';

const BEHAVIORAL = {
  name: 'Completed Onboarding',
  description: 'Users who finished the onboarding flow',
  is_static: false,
  filters: {
    properties: {
      type: 'AND',
      values: [
        {
          type: 'behavioral',
          key: 'onboarding_complete',
          value: 'performed_event',
          event_type: 'events',
          time_value: 30,
          time_interval: 'day',
        },
      ],
    },
  },
};

/** What a newcomer pastes first: create a cohort, then read its count. */
export function firstCurl(gatewayUrl: string, prepared: Prepared): string {
  const cohorts = `${gatewayUrl}/api/projects/${prepared.project_id}/cohorts/`;
  const key = `-H "Authorization: Bearer ${prepared.personal_api_key}"`;
  return [
    '',
    'Muster is ready. Create a cohort:',
    '',
    `  curl -X POST ${cohorts} \\`,
    `    ${key} \\`,
    '    -H "Content-Type: application/json" \\',
    `    -d '${JSON.stringify(BEHAVIORAL)}'`,
    '',
    'and a moment later read its count (the number in the path is the id that the answer gave):',
    '',
    `  curl ${cohorts}${prepared.next_cohort_id}/ ${key}`,
    '',
    `The API is described at ${gatewayUrl}/api/docs. Ctrl-C stops everything.`,
    '',
  ].join('\n');
}
