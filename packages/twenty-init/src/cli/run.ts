import { become, CoreError } from '@twenty-init/core';
import { boot } from '../boot/boot.ts';
import type { StopSignal } from '../boot/machine.ts';
import { appPhase, makePlan } from '../boot/plan.ts';
import { preflight } from '../boot/preflight.ts';
import type { Config } from '../config/config.ts';
import { findConfigFile, loadConfigFile } from '../config/file.ts';
import type { Problem } from '../config/problem.ts';
import { validate } from '../config/schema.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Log } from '../report/log.ts';
import { reporter } from '../report/reporter.ts';
import { StartError } from '../start-error.ts';
import type { System } from '../system.ts';

export interface RunOptions {
  readonly config: string | undefined;
  /** The container's CMD. */
  readonly cmd: readonly string[];
}

/** Boots, and resolves with the exit code of a boot that did not end in the app. */
export async function run(options: RunOptions, system: System, log: Log): Promise<number> {
  const { cmd } = options;
  const cwd = process.cwd();
  const { env } = process;

  const file = findConfigFile({ option: options.config, variable: env.TWENTY_INIT_CONFIG }, cwd);
  if (file === undefined) {
    if (cmd.length === 0)
      throw new StartError(
        'USAGE',
        `no twenty-init.config.* in ${cwd} or /etc/twenty-init, and no CMD: nothing to run`,
      );
    log('warn', `no twenty-init.config.* in ${cwd} or /etc/twenty-init: no phases`);
    return await passThrough(cmd, log);
  }

  const validated = validate(await loadConfigFile(file));
  if ('problems' in validated) return refuse(file, validated.problems, log);
  const { config } = validated;
  if (!isApp(cmd, config)) {
    log('info', `CMD is not ${appPhase}: no phases`);
    return await passThrough(cmd, log);
  }

  const plan = makePlan(config, { cwd, env, cmd });
  const problems = preflight(config, plan, env);
  if (problems.length > 0) return refuse(file, problems, log);

  log('info', `booting ${config.name ?? 'without a name'} (config ${file}, pid ${process.pid})`);
  const { ended, signal } = boot(plan, system, reporter(plan.app, log));
  const stopListening = listen(signal, log);
  try {
    return await ended;
  } finally {
    stopListening();
  }
}

/** No CMD, or one that starts with the command of exec-app. */
function isApp(cmd: readonly string[], config: Config): boolean {
  const command = config.phases[appPhase].command;
  return (
    cmd.length === 0 || command === undefined || command.every((word, index) => cmd[index] === word)
  );
}

async function passThrough(cmd: readonly string[], log: Log): Promise<number> {
  const [program = '', ...args] = cmd;
  log('info', `running ${cmd.join(' ')}`);
  try {
    return await become(program, args);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    log('error', error.message);
    return error.exitCode;
  }
}

function refuse(file: string, problems: readonly Problem[], log: Log): number {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const width = Math.max(...problems.map(({ where }) => where.length));
  const lines = problems.map(({ where, what }) => `${where.padEnd(width)}  ${what}`);
  log('error', [`${file}: ${count}, nothing was started`, ...lines].join('\n'));
  return exitCodes.config;
}

const stopSignals: readonly StopSignal[] = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'];
/** For the app, which is not there yet; without a listener it would end the boot. */
const appSignal = 'SIGUSR2';

function listen(onStop: (signal: StopSignal) => void, log: Log): () => void {
  const onAppSignal = (): void => log('warn', `${appSignal} ignored: ${appPhase} has not started`);
  for (const name of stopSignals) process.on(name, onStop);
  process.on(appSignal, onAppSignal);
  return () => {
    for (const name of stopSignals) process.off(name, onStop);
    process.off(appSignal, onAppSignal);
  };
}
