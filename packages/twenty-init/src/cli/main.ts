import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CoreError } from '@twenty-init/core';
import { defaultLogFormat } from '../config/config.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Log } from '../log/log.ts';
import { type LearningMask, learningMask } from '../log/mask.ts';
import { overridesIn } from '../plan/overrides.ts';
import { ownLog } from '../run/own-log.ts';
import { StartError } from '../start-error.ts';
import { becomePid1 } from '../system/become-pid1.ts';
import { makeStderrLazy } from '../system/lazy-stderr.ts';
import { listen } from '../system/signals.ts';
import { type HostSystem, hostSystem } from '../system/system.ts';
import { stackOf } from '../thrown.ts';
import type { CommandName } from './commands.ts';
import { type Invocation, parseInvocation } from './options.ts';
import { run } from './run.ts';

export { exitNow } from '@twenty-init/core';

/** The whole program. Resolves with the exit code; does not resolve when the process becomes another program. */
export async function main(argv: readonly string[]): Promise<number> {
  makeStderrLazy();
  const system = hostSystem();
  const { logFormat = defaultLogFormat } = overridesIn(process.env);
  const secrets = learningMask(process.env);
  const log = await ownLog(logFormat, secrets.mask, system);
  // Node ends with 0 when nothing is left to wait for; a boot that has not come to its end must not look like success.
  process.once('beforeExit', () => {
    log(
      'error',
      'nothing is left to wait for, but the boot has not ended: a promise was never settled',
    );
    process.exit(exitCodes.internal);
  });
  // A config's code can call process.exit, or throw where nobody catches: that is no success either.
  const unfinished = (): void => {
    if (process.exitCode === exitCodes.internal) return;
    log('error', 'the process was ended by code of the config, before the boot had ended');
    process.exitCode = exitCodes.internal;
  };
  process.once('exit', unfinished);
  try {
    const invocation = parseInvocation(argv);
    switch (invocation.command) {
      case 'help':
        return print((await import('./help.ts')).helpFor(invocation.words[0]));
      case 'version':
        return print(`twenty-init ${version()}\n`);
      default:
        return await execute(invocation.command, invocation, system, log, secrets);
    }
  } catch (error) {
    if (error instanceof StartError || error instanceof CoreError) {
      log('error', error.message);
      return error.exitCode;
    }
    log('error', `this is a bug in twenty-init: ${stackOf(error)}`);
    return exitCodes.internal;
  } finally {
    process.off('exit', unfinished);
  }
}

/** Each command that boots nothing is a file of its own, which a boot does not read. */
async function execute(
  command: CommandName,
  { values, words, cmd }: Invocation,
  system: HostSystem,
  log: Log,
  { mask, learn }: LearningMask,
): Promise<number> {
  const config = text(values.config);
  const printMasked = (output: string): number => print(mask(output));
  switch (command) {
    case 'run': {
      const signals = listen();
      await closeInspector();
      if (process.pid === 1) await becomePid1(system, signals, log);
      return await run({ config, cmd, learn }, system, signals, log, mask);
    }
    case 'run-phases': {
      const signals = listen();
      if (process.pid === 1) await becomePid1(system, signals, log);
      const { runPhases } = await import('./run-phases.ts');
      const [only, skip] = [text(values.only), text(values.skip)];
      return await runPhases({ config, only, skip, learn }, system, signals, log, mask);
    }
    case 'check': {
      const { check } = await import('./check.ts');
      return await check({ config, learn, isStatic: values.static === true }, printMasked, log);
    }
    case 'plan': {
      const { showPlan } = await import('./plan.ts');
      return await showPlan(
        { config, learn, format: text(values.format) ?? 'tree' },
        print,
        log,
        mask,
      );
    }
    case 'compile': {
      const { compile } = await import('./compile.ts');
      return await compile({ config, learn, output: text(values.output) }, print, log);
    }
    case 'install': {
      const { install } = await import('./install.ts');
      return install({ directory: words[0], arch: text(values.arch) }, print);
    }
  }
}

/** NODE_OPTIONS is meant for the app; an inspector that it opened here would hold the app's port. */
async function closeInspector(): Promise<void> {
  if (/--inspect/.test(process.env.NODE_OPTIONS ?? '')) (await import('node:inspector')).close();
}

function print(output: string): number {
  const bytes = Buffer.from(output);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return 0; // `| head` has seen enough
      throw new StartError('OUTPUT', `stdout cannot be written: ${code}`, { cause: error });
    }
  }
  return 0;
}

function version(): string {
  const manifest = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
