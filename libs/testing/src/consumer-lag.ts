import type { KafkaConnection } from '#messaging';

/** How many records of the topics a group has not committed yet; names without prefix. */
export async function consumerLag(
  connection: KafkaConnection,
  group: string,
  names: readonly string[],
): Promise<number> {
  return connection.withAdmin(async (admin) => {
    const topics = names.map((name) => connection.physical(name));
    const committed = await admin.fetchOffsets({ groupId: connection.physical(group), topics });
    const lags = committed.map(async ({ topic, partitions }) => {
      const ends = await admin.fetchTopicOffsets(topic);
      const high = new Map(ends.map((end) => [end.partition, Number(end.high)]));
      return partitions.map(({ partition, offset }) => (high.get(partition) ?? 0) - Math.max(0, Number(offset)));
    });
    return (await Promise.all(lags)).flat().reduce((sum, lag) => sum + lag, 0);
  });
}
