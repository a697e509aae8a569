import { PostHog } from 'posthog-node';

import { eventually, useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';

describe('the real posthog-node', () => {
  const stack = useStack();
  const api = new MusterApi(stack);

  it('captures, identifies and aliases, and the cohort holds the right persons', async () => {
    const posthog = new PostHog(stack.project.token, { host: stack.gatewayUrl, flushAt: 20, disableGeoip: true });
    for (let index = 0; index < 50; index += 1) {
      posthog.capture({ distinctId: `user-${index}`, event: 'onboarding_complete', properties: { step: index } });
    }
    posthog.identify({ distinctId: 'user-7', properties: { email: 'seven@example.com', plan: 'pro' } });
    posthog.identify({
      distinctId: 'user-8',
      properties: { $set: { email: 'eight@example.com' }, $set_once: { plan: 'free' } },
    });
    posthog.capture({ distinctId: 'device-1', event: 'onboarding_complete' });
    posthog.alias({ distinctId: 'user-9', alias: 'device-1' });
    posthog.capture({ distinctId: 'only-looked', event: '$pageview' });
    await posthog.shutdown();

    await eventually(async () => {
      expect(await api.storedEvents(stack.database)).toBe(55);
    });
    const onboarded = await api.createCohort('Completed Onboarding', {
      type: 'behavioral',
      key: 'onboarding_complete',
      value: 'performed_event',
      event_type: 'events',
      time_value: 30,
      time_interval: 'day',
    });
    expect(await api.calculated(onboarded.id)).toMatchObject({ count: 50, version: 1 });
    const members = await api.members(onboarded.id, 17);
    expect(members).toHaveLength(50);
    const nine = members.find(({ distinct_ids }) => distinct_ids.includes('user-9'));
    expect(nine?.distinct_ids.toSorted()).toEqual(['device-1', 'user-9']);

    const withEmail = await api.createCohort('Users with Email', { type: 'person', key: 'email', operator: 'is_set' });
    expect(await api.calculated(withEmail.id)).toMatchObject({ count: 2 });
    const emails = (await api.members(withEmail.id)).map(({ properties }) => properties['email']);
    expect(emails.sort()).toEqual(['eight@example.com', 'seven@example.com']);
  });
});
