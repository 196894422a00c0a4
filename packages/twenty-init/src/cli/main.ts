import { readFileSync, writeSync } from 'node:fs';
import { become, pid1Path } from '@twenty-init/core';
import { exitCodes } from '../exit-codes.ts';
import { realSystem, writeLine } from '../real-system.ts';
import { type Log, textLog } from '../report/log.ts';
import { StartError } from '../start-error.ts';
import { help } from './help.ts';
import { parseInvocation } from './options.ts';
import { run } from './run.ts';

/** The whole program. Resolves with the exit code; does not resolve when the process becomes another program. */
export async function main(argv: readonly string[]): Promise<number> {
  const system = realSystem();
  const log = textLog(writeLine, system.now);
  try {
    const invocation = parseInvocation(argv);
    switch (invocation.command) {
      case 'help':
        return print(help);
      case 'version':
        return print(`twenty-init ${version()}\n`);
      case 'run':
        await closeInspector();
        if (process.pid === 1) await becomePid1(log);
        return await run(invocation, system, log);
    }
  } catch (error) {
    if (error instanceof StartError) {
      log('error', error.message);
      return error.exitCode;
    }
    log('error', `this is a bug in twenty-init: ${error instanceof Error ? error.stack : error}`);
    return exitCodes.internal;
  }
}

/** NODE_OPTIONS is meant for the app; an inspector that it opened here would hold the app's port. */
async function closeInspector(): Promise<void> {
  if (/--inspect/.test(process.env.NODE_OPTIONS ?? '')) (await import('node:inspector')).close();
}

/** Node as PID 1 reaps no orphan. So `pid1` takes the pid, and twenty-init starts again as its child. */
async function becomePid1(log: Log): Promise<void> {
  try {
    await become(pid1Path(), [
      '--',
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log('warn', `twenty-init stays PID 1, and orphans will stay zombies: ${reason}`);
  }
}

function print(text: string): number {
  writeSync(1, text);
  return 0;
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
