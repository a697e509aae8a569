import type { ParityCase } from './case.js';
import { countCases } from './counts.js';
import { dateCases } from './dates.js';
import { eventFilterCases } from './event-filters.js';
import { firstTimeCases } from './first-time.js';
import { orderOperatorCases } from './operators-order.js';
import { patternOperatorCases } from './operators-patterns.js';
import { textOperatorCases } from './operators-text.js';
import { regularlyCases } from './regularly.js';
import { restartedCases } from './restarted.js';
import { sequenceCases } from './sequence.js';
import { stoppedCases } from './stopped.js';
import { mergeCases, referenceCases, treeCases } from './trees.js';
import { windowCases } from './windows.js';

export type { ParityCase } from './case.js';

/** Theme to its cases; the members were written by hand from spec/filters.md. */
export const CASES: Record<string, ParityCase[]> = {
  'equality, substrings and lists': textOperatorCases,
  'patterns, starts and ends, presence, distinct ids': patternOperatorCases,
  'order, ranges and versions': orderOperatorCases,
  dates: dateCases,
  'windows of performed_event': windowCases,
  performed_event_multiple: countCases,
  performed_event_first_time: firstTimeCases,
  performed_event_sequence: sequenceCases,
  performed_event_regularly: regularlyCases,
  stopped_performing_event: stoppedCases,
  restarted_performing_event: restartedCases,
  'event filters, elements and actions': eventFilterCases,
  'trees and negation': treeCases,
  'references to cohorts': referenceCases,
  'merged persons': mergeCases,
};
