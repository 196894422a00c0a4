import { type Duration, type LogFormat, logFormats } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { gracePeriod, logFormat } from '../config/schema.ts';
import { check } from '../config/validate.ts';

const log = 'TWENTY_INIT_LOG';
const grace = 'TWENTY_INIT_STOP_GRACE_PERIOD';

/** What variables say in place of the config. */
export interface Overrides {
  readonly logFormat?: LogFormat;
  readonly gracePeriod?: Duration;
  readonly problems: readonly Problem[];
}

/** An empty variable counts as not set: Compose's ${X:-} sets one. */
export function overridesIn({ [log]: format, [grace]: period }: NodeJS.ProcessEnv): Overrides {
  const known = logFormats.find((name) => name === format);
  const periodProblems = period ? check(gracePeriod, period, grace) : [];
  return {
    ...(known === undefined ? {} : { logFormat: known }),
    ...(period && periodProblems.length === 0 ? { gracePeriod: period } : {}),
    problems: [...(format ? check(logFormat, format, log) : []), ...periodProblems],
  };
}
