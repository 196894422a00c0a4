import type { Problem } from '../config/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Log } from '../report/log.ts';

/** Tells every problem in one report. */
export function refuse(file: string, problems: readonly Problem[], log: Log): number {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const width = Math.max(...problems.map(({ where }) => where.length));
  const lines = problems.map(({ where, what }) => `${where.padEnd(width)}  ${what}`);
  log('error', [`${file}: ${count}, nothing was started`, ...lines].join('\n'), {
    event: 'refused',
    problems: lines,
  });
  return exitCodes.config;
}
