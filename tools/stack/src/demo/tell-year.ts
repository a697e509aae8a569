import { type DemoEvent, PersonStory } from './person-story.js';
import { Random } from './random.js';

const VISITORS = 2_000;
const DAYS = 365;
const DAY_MS = 86_400_000;
const SEED = 20_240_115;

/**
 * A year of a product of some two thousand visitors, ending at `until`; the same arguments give the same events, uuids
 * included, so that sending them twice counts once.
 * @returns events by time
 */
export function tellYear(projectId: number, until: Date): DemoEvent[] {
  const random = new Random(SEED);
  const untilMs = until.getTime();
  const events: DemoEvent[] = [];
  for (let number = 1; number <= VISITORS; number++) {
    // The product grows: the square root puts more of the arrivals late in the year.
    const firstSeenMs = untilMs - Math.ceil(DAYS * DAY_MS * (1 - Math.sqrt(random.next())));
    events.push(...new PersonStory(projectId, { number, firstSeenMs }, untilMs, random).tell());
  }
  return events.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
}
