import type { OracleAction } from '../oracle/index.js';
import { type Did, onBehavior } from './case.js';

const performed = { value: 'performed_event', time_value: 7, time_interval: 'day' };
const at = '2026-02-14T10:00Z';
const buy = (properties: Record<string, unknown>): Did => ({ did: at, properties });
const click = (chain: string): Did => ({ did: `$autocapture ${at}`, properties: { $elements_chain: chain } });
const red = { type: 'event', key: 'color', value: 'red', operator: 'exact' };
const dear = { type: 'event', key: 'price', value: 100, operator: 'gte' };
const clicked = { ...performed, key: '$autocapture' };

const signUp = 'a.button:attr__href="/x"href="/sign-up"nth-child="1"text="Sign up";div.box:nth-child="2"text="Welcome"';
const logIn = 'button:nth-child="1"text="Log in; now";form:nth-child="1"';

const redOrHelp: Record<number, OracleAction> = {
  7: { steps: [{ event: 'buy', properties: [red, dear] }, { event: 'help' }] },
};

/** spec/filters.md §2, §5 and D7: event_filters, elements and actions. */
export const eventFilterCases = onBehavior([
  {
    name: 'event_filters hold on the same event',
    did: {
      ann: [buy({ color: 'red', price: 100 })],
      bob: [buy({ color: 'red', price: 99 }), buy({ color: 'blue', price: 200 })],
    },
    leaf: { ...performed, event_filters: [red, dear] },
    members: ['ann'],
  },
  {
    name: 'a filter without operator means exact',
    did: { ann: [buy({ color: 'red' })], bob: [buy({ color: 'Red' })] },
    leaf: { ...performed, event_filters: [{ type: 'event', key: 'color', value: 'red' }] },
    members: ['ann'],
  },
  {
    name: 'is_not passes an event without the property',
    did: { ann: [buy({})], bob: [buy({ color: 'red' })], cyd: [] },
    leaf: { ...performed, event_filters: [{ ...red, operator: 'is_not' }] },
    members: ['ann'],
  },
  {
    name: 'an empty list of event_filters asks for nothing',
    did: { ann: [buy({})], bob: [] },
    leaf: { ...performed, event_filters: [] },
    members: ['ann'],
  },
  {
    name: 'event_filters bound the events that are counted',
    did: {
      ann: [buy({ color: 'red' }), buy({ color: 'red' })],
      bob: [buy({ color: 'red' }), buy({ color: 'blue' })],
    },
    leaf: { ...performed, value: 'performed_event_multiple', operator: 'gte', operator_value: 2, event_filters: [red] },
    members: ['ann'],
  },
  {
    name: 'an event filter reads the event, not the person',
    did: { ann: [buy({ color: 'red' })], bob: [buy({ other: 'red' })] },
    leaf: { ...performed, event_filters: [{ type: 'event', key: 'color', operator: 'is_set', value: 'is_set' }] },
    members: ['ann'],
  },
  {
    name: 'a relative date in an event filter counts back from now',
    did: { ann: [buy({ due: '2026-02-14T13:00:00Z' })], bob: [buy({ due: '2026-02-14T11:00:00Z' })] },
    leaf: { ...performed, event_filters: [{ type: 'event', key: 'due', operator: 'is_date_after', value: '-1d' }] },
    members: ['ann'],
  },
  {
    name: 'element text: an element of the chain has it',
    did: { ann: [click(signUp)], bob: [click(logIn)], cyd: [`$autocapture ${at}`] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'text', value: 'Sign up', operator: 'exact' }] },
    members: ['ann'],
  },
  {
    name: 'element text: any element of the chain, not only the first',
    did: { ann: [click(signUp)], bob: [click(logIn)] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'text', value: 'WELC', operator: 'icontains' }] },
    members: ['ann'],
  },
  {
    name: 'element text: a semicolon inside quotes ends nothing',
    did: { ann: [click(signUp)], bob: [click(logIn)] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'text', value: 'Log in; now' }] },
    members: ['bob'],
  },
  {
    name: 'element text is_not: no element has it, nor need there be one',
    did: { ann: [click(signUp)], bob: [click(logIn)], cyd: [`$autocapture ${at}`] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'text', value: 'Sign up', operator: 'is_not' }] },
    members: ['bob', 'cyd'],
  },
  {
    name: 'element tag_name: an element of the chain has that tag, with classes or without',
    did: { ann: [click(signUp)], bob: [click(logIn)], cyd: [click('article:text="a"')] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'tag_name', value: 'a', operator: 'exact' }] },
    members: ['ann'],
  },
  {
    name: 'element tag_name: any of several',
    did: { ann: [click(signUp)], bob: [click(logIn)], cyd: [click('span')] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'tag_name', value: ['form', 'span'] }] },
    members: ['bob', 'cyd'],
  },
  {
    name: 'element href: the attribute href, not attr__href',
    did: { ann: [click(signUp)], bob: [click('a:attr__href="/sign-up"nth-child="1"')], cyd: [click(logIn)] },
    leaf: { ...clicked, event_filters: [{ type: 'element', key: 'href', value: '/sign-up', operator: 'exact' }] },
    members: ['ann'],
  },
  {
    name: 'element and event filters hold on the same event',
    did: {
      ann: [{ did: `$autocapture ${at}`, properties: { $elements_chain: signUp, page: 'home' } }],
      bob: [click(signUp), { did: `$autocapture ${at}`, properties: { page: 'home' } }],
    },
    leaf: {
      ...clicked,
      event_filters: [
        { type: 'element', key: 'text', value: 'Sign up', operator: 'exact' },
        { type: 'event', key: 'page', value: 'home', operator: 'exact' },
      ],
    },
    members: ['ann'],
  },
  {
    name: 'an action is met by any of its steps: name and all properties',
    did: {
      ann: [buy({ color: 'red', price: 120 })],
      bob: [buy({ color: 'red', price: 20 })],
      cyd: [`help ${at}`],
      dan: [`view ${at}`],
    },
    actions: redOrHelp,
    leaf: { ...performed, key: 7, event_type: 'actions' },
    members: ['ann', 'cyd'],
  },
  {
    name: 'an event that meets two steps of an action counts once',
    did: { ann: [buy({})], bob: [buy({}), buy({})] },
    actions: { 8: { steps: [{ event: 'buy' }, { event: 'buy', properties: [] }] } },
    leaf: {
      ...performed,
      key: 8,
      event_type: 'actions',
      value: 'performed_event_multiple',
      operator: 'gte',
      operator_value: 2,
    },
    members: ['bob'],
  },
  {
    name: 'event_filters narrow an action further',
    did: { ann: [buy({ color: 'red', price: 120 })], bob: [{ did: `help ${at}`, properties: { color: 'blue' } }] },
    actions: redOrHelp,
    leaf: { ...performed, key: 7, event_type: 'actions', event_filters: [{ ...red, value: 'blue' }] },
    members: ['bob'],
  },
  {
    name: 'a key of digits under event_type events is an event name',
    did: { ann: [`7 ${at}`], bob: [`help ${at}`] },
    actions: redOrHelp,
    leaf: { ...performed, key: '7' },
    members: ['ann'],
  },
]);
