import { anAbortSignal } from '../abort.ts';
import { aNotifyFd } from '../child/notification.ts';
import { OptionError } from '../errors.ts';
import {
  type Check,
  type Checks,
  callback,
  checkOptions,
  checkValue,
  choice,
  count,
  duration,
  environment,
  flag,
  internal,
  object,
  text,
  texts,
} from '../options.ts';
import { aSignal } from '../signals/names.ts';
import { routesOf } from '../signals/routes.ts';
import type { RestartRule } from './restart.ts';
import type { SupervisedProcess, SupervisorOptions } from './types.ts';

/**
 * At once: what is wrong with a stop signal would show when nothing can be stopped any more, and what is wrong with a
 * delay when it crashes the host. Throws an `OptionError`.
 */
export function checkSupervisor(
  processes: readonly SupervisedProcess[],
  options: SupervisorOptions,
): void {
  checkOptions('createSupervisor', options, optionChecks);
  routesOf('createSupervisor', options.signals ?? {});
  checkValue('the processes of createSupervisor', processes, aList, 'processes');
  for (const process of processes) {
    const what = `process "${process.name}"`;
    checkOptions(what, process, processChecks);
    checkValue('the name of a process', process.name, text, 'name');
    checkValue(`command of ${what}`, process.command, aCommandLine, 'command');
    if (typeof process.restart === 'object')
      checkOptions(`restart of ${what}`, process.restart, restartChecks);
  }
  const names = processes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new OptionError('name', `Expected a name for each process, got "${twice}" twice`);
}

const aList: Check = { expected: 'a list of processes', accepts: Array.isArray };

const aCommandLine: Check = {
  expected: 'a list of a program and its arguments',
  accepts: (value) => texts.accepts(value) && (value as readonly string[])[0] !== undefined,
};

const aPolicy: Check = choice('never', 'on-failure', 'always');

const aRestart: Check = {
  expected: 'never, on-failure, always or an object with a policy',
  accepts: (value) =>
    aPolicy.accepts(value) ||
    (object.accepts(value) && aPolicy.accepts((value as Partial<RestartRule>).policy)),
  shown: true,
};

const aFactor: Check = {
  expected: 'a number from 1 on',
  accepts: (value) => typeof value === 'number' && value >= 1,
};

const restartChecks: Checks<RestartRule> = {
  policy: aPolicy,
  delayMs: duration,
  factor: aFactor,
  maxDelayMs: duration,
  maxRestarts: count,
  windowMs: duration,
  resetAfterMs: duration,
};

const processChecks: Checks<SupervisedProcess> = {
  name: text,
  command: aCommandLine,
  cwd: text,
  env: environment,
  stdin: choice('inherit', 'ignore'),
  parentDeath: aSignal,
  notifyFd: aNotifyFd,
  ready: callback,
  essential: flag,
  restart: aRestart,
  stopSignal: aSignal,
  gracePeriodMs: duration,
};

const optionChecks: Checks<SupervisorOptions> = {
  onEvent: callback,
  signals: object,
  signal: anAbortSignal,
  system: internal,
};
