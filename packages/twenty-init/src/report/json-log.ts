import { pino } from 'pino';
import type { Fields, Log } from './log.ts';
import type { Mask } from './mask.ts';

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

/** Value by value: in the text of the JSON a secret may be escaped, or be a part of a number. */
function maskedFields(fields: Fields, mask: Mask): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (typeof value === 'string') return [key, mask(value)];
      return [key, Array.isArray(value) ? value.map(mask) : value];
    }),
  );
}
