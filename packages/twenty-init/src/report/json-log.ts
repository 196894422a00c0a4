import { destination, pino } from 'pino';
import type { Log } from './log.ts';
import type { Mask } from './mask.ts';

/**
 * One JSON object a line: `time`, `level`, `msg` and the fields of the event. A destination that is given keeps pino
 * away from process.stdout, whose first use makes an inherited pipe non-blocking for everybody.
 */
export function jsonLog(fd: number, mask: Mask): Log {
  const logger = pino(
    {
      base: { name: 'twenty-init' },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: fd, sync: true }),
  );
  return (level, message, fields = {}) => {
    logger[level](JSON.parse(mask(JSON.stringify(fields))) as object, mask(message));
  };
}
