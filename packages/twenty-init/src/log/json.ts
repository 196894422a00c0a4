import type { Log } from './log.ts';
import type { Mask } from './mask.ts';
import { maskedFields } from './masked-fields.ts';

/** One JSON object a line: `level`, `time`, `name`, the fields of the event, `msg`. */
export function jsonLog(writeLine: (line: string) => void, now: () => number, mask: Mask): Log {
  return (level, message, fields = {}) => {
    writeLine(
      JSON.stringify({
        level,
        time: new Date(now()).toISOString(),
        name: 'twenty-init',
        ...maskedFields(fields, mask),
        msg: mask(message),
      }),
    );
  };
}
