import { pino } from 'pino';
import type { Log } from './log.ts';
import type { Mask } from './mask.ts';
import { maskedFields } from './masked-fields.ts';

/**
 * One JSON object a line: `time`, `level`, `msg` and the fields of the event. A destination of pino's own
 * throws when the log's disk is full, and that would end the boot.
 */
export function jsonLog(writeLine: (line: string) => void, mask: Mask): Log {
  const logger = pino(
    {
      base: { name: 'twenty-init' },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => writeLine(line.trimEnd()) },
  );
  return (level, message, fields = {}) => {
    logger[level](maskedFields(fields, mask), mask(message));
  };
}
