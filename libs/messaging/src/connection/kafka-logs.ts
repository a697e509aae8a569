import { type logCreator, type LogEntry, logLevel } from 'kafkajs';

import type { Logger } from '#observability';

/** kafkajs tells of a lost position only in its log. */
const OFFSET_RESET_MESSAGE = 'Offset out of range, resetting to default offset';

export type OffsetResetListener = (physicalTopic: string, partition: number) => void;

/**
 * kafkajs' own log, one level milder: what it calls an error (a rebalance, a broker away) it handles itself, and what it does
 * not handle reaches us as an exception. Its crashes we log ourselves, so those are for debugging only.
 */
export function kafkaLogs(logger: Logger, onOffsetReset: OffsetResetListener): logCreator {
  return () => (entry) => {
    const { message, ...fields } = entry.log;
    if (message === OFFSET_RESET_MESSAGE) {
      onOffsetReset(String(fields['topic']), Number(fields['partition']));
    }
    write(logger, entry, { ...fields, timestamp: undefined, kafkajs: entry.namespace });
  };
}

function write(logger: Logger, entry: LogEntry, fields: object): void {
  const isLoud = entry.level === logLevel.ERROR || entry.level === logLevel.WARN;
  if (isLoud && !/^(Crash: |Restarting the consumer)/.test(entry.log.message)) {
    logger.warn(fields, entry.log.message);
  } else {
    logger.debug(fields, entry.log.message);
  }
}
