import { parsePropertyFilter } from '#cohort-core';
import { isObject, type JsonObject } from '#contracts';

import { refusing } from '../check-definition/read-filters.js';
import { invalid } from '../http/api-error.js';
import { textField } from '../http/read-fields.js';
import type { ActionStep } from '../present-action/action-row.js';

const MAX_NAME = 400;
const MAX_DESCRIPTION = 1000;
const MAX_EVENT = 400;
const MAX_STEPS = 50;
const MAX_PROPERTIES = 50;
const MAX_SHOWN = 80;

export interface NewAction {
  readonly name: string;
  readonly description: string;
  readonly steps: readonly ActionStep[];
}

/** Checks the body of a create. @throws ApiError 400 naming the first field that is wrong */
export function readNewAction(body: JsonObject): NewAction {
  return {
    name: textField(body, 'name', { max: MAX_NAME, required: true }) ?? '',
    description: textField(body, 'description', { max: MAX_DESCRIPTION, blank: true }) ?? '',
    steps: readSteps(body['steps']),
  };
}

function readSteps(steps: unknown): ActionStep[] {
  if (steps === undefined) {
    throw invalid('steps', 'This field is required.', 'required');
  }
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > MAX_STEPS) {
    throw invalid(
      'steps',
      `Expected a list of 1 to ${MAX_STEPS} steps; an event matches the action when it matches any.`,
    );
  }
  return steps.map((step: unknown, index) => readStep(step, `steps__${index}`));
}

function readStep(step: unknown, path: string): ActionStep {
  if (!isObject(step)) {
    throw invalid(path, 'Expected an object with event and, if wanted, properties.');
  }
  const { event, properties, ...others } = step;
  refuseOthers(others, path);
  if (typeof event !== 'string' || event === '' || event.length > MAX_EVENT) {
    throw invalid(`${path}__event`, `Expected the name of an event, 1 to ${MAX_EVENT} characters.`);
  }
  return { event, properties: readProperties(properties, `${path}__properties`) };
}

/** PostHog's further ways to match (selector, url, text ...) would silently be left out; as null they mean nothing. */
function refuseOthers(others: JsonObject, path: string): void {
  const [first] = Object.entries(others).filter(([, value]) => value !== null);
  if (first !== undefined) {
    const name = first[0].slice(0, MAX_SHOWN);
    throw invalid(`${path}__${name}`, `Extra inputs are not permitted: '${name}'. Expected: event, properties.`);
  }
}

function readProperties(properties: unknown, path: string): readonly unknown[] {
  if (properties === undefined || properties === null) {
    return [];
  }
  if (!Array.isArray(properties) || properties.length > MAX_PROPERTIES) {
    throw invalid(path, `Expected a list of at most ${MAX_PROPERTIES} conditions on the event.`);
  }
  properties.forEach((filter: unknown, index) => {
    refusing(() => parsePropertyFilter(filter, `${path}__${index}`));
  });
  return properties;
}
