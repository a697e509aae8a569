import { createTestProject, useDatabase } from '#testing';

import { openIngester } from '../testing/open-ingester.js';
import { received } from '../testing/received.js';
import { maintainPartitions } from './maintain-partitions.js';
import { neededMonths } from './month.js';

const test = useDatabase();
const NOW = new Date('2031-01-31T23:00:00Z');

describe('months that need partitions', () => {
  it('reach from 13 months back to 2 ahead, over the turn of the year', () => {
    const months = neededMonths(NOW);
    expect(months).toHaveLength(16);
    expect(months[0]).toEqual({ partition: 'event_2029_12', from: '2029-12-01', to: '2030-01-01' });
    expect(months[13]?.partition).toBe('event_2031_01');
    expect(months.at(-1)).toEqual({ partition: 'event_2031_03', from: '2031-03-01', to: '2031-04-01' });
  });
});

describe('partitions of event', () => {
  it('are made once, by replicas at the same time, leave out months that began elsewhere, and take the events', async () => {
    const { id } = await createTestProject(test.database);
    const { handler } = openIngester(test.database);
    const event = { project_id: id, event: 'seen', distinct_id: 'p' };
    const at = (timestamp: string) => received({ ...event, timestamp, received_at: NOW.toISOString() });
    await handler.handle([at('2030-05-05T00:00:00Z')]);

    const made = await Promise.all([1, 2, 3].map(() => maintainPartitions(test.database, NOW)));
    expect(made.map(({ length }) => length).sort()).toEqual([0, 0, 15]);
    expect(made.flat()).not.toContain('event_2030_05');
    expect(await maintainPartitions(test.database, NOW)).toEqual([]);

    await handler.handle([at('2030-05-06T00:00:00Z'), at('2030-12-31T23:59:59.999Z'), at('2031-01-01T00:00:00Z')]);
    const places = await test.database.pool.query<{ place: string }>(
      `SELECT tableoid::regclass::text AS place FROM event WHERE project_id = $1 ORDER BY "timestamp"`,
      [id],
    );
    expect(places.rows.map(({ place }) => place)).toEqual([
      'event_default',
      'event_default',
      'event_2030_12',
      'event_2031_01',
    ]);
  });

  it('the next month moves the range by one', async () => {
    expect(await maintainPartitions(test.database, new Date('2031-02-01T00:00:00Z'))).toEqual(['event_2031_04']);
  });
});
