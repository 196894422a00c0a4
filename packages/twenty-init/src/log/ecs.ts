import type { Fields, Log } from './log.ts';
import type { Mask } from './mask.ts';
import { maskedFields } from './masked-fields.ts';

/** Of the Elastic Common Schema, https://www.elastic.co/docs/reference/ecs; none of the fields is newer. */
const version = '8.11.0';

/**
 * One JSON object a line, with the fields of ECS, which OpenTelemetry reads too. What ECS has no name for is under
 * `twenty_init`. The first three fields are where https://github.com/elastic/ecs-logging wants them, for human eyes.
 */
export function ecsLog(writeLine: (line: string) => void, now: () => number, mask: Mask): Log {
  return (level, message, fields = {}) => {
    writeLine(
      JSON.stringify({
        '@timestamp': new Date(now()).toISOString(),
        'log.level': level,
        message: mask(message),
        'ecs.version': version,
        'log.logger': 'twenty-init',
        ...ecsFields(maskedFields(fields, mask)),
      }),
    );
  };
}

const names: Readonly<Record<string, string>> = {
  event: 'event.action',
  reason: 'event.reason',
  exitCode: 'process.exit_code',
  pid: 'process.pid',
  cwd: 'process.working_directory',
  app: 'service.name',
};

function ecsFields(fields: Fields): Fields {
  const { durationMs, ...others } = fields;
  const outcome = outcomeOf(fields);
  return {
    ...Object.fromEntries(
      Object.entries(others).map(([name, value]) => [
        names[name] ??
          `twenty_init.${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase()}`,
        value,
      ]),
    ),
    ...(outcome === undefined ? {} : { 'event.outcome': outcome }),
    // In nanoseconds.
    ...(typeof durationMs === 'number' ? { 'event.duration': Math.round(durationMs * 1e6) } : {}),
  };
}

/** ECS knows three; our own word is under `twenty_init`. */
function outcomeOf({ outcome, exitCode }: Fields): 'success' | 'failure' | 'unknown' | undefined {
  switch (outcome) {
    case undefined:
      if (exitCode === undefined) return undefined;
      return exitCode === 0 ? 'success' : 'failure';
    case 'succeeded':
      return 'success';
    case 'warned':
    case 'failed':
    case 'timed_out':
      return 'failure';
    default:
      return 'unknown';
  }
}
