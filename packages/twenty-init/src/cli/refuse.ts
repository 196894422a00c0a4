import type { Problem } from '../config/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Log } from '../log/log.ts';

/** Tells every problem in one report. */
export function refuse(file: string, problems: readonly Problem[], log: Log): number {
  const width = Math.max(...problems.map(({ where }) => where.length));
  const lines = problems.map(({ where, what }) => `${where.padEnd(width)}  ${what}`);
  log('error', [`${file}: ${counted(problems)}, nothing was started`, ...lines].join('\n'), {
    event: 'refused',
    problems: lines,
  });
  return exitCodes.config;
}

export function counted({ length }: readonly Problem[]): string {
  return length === 1 ? '1 problem' : `${length} problems`;
}
