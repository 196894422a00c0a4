import {
  become,
  CoreError,
  checkCwd,
  findProgram,
  handOff,
  pid1Path,
  type SpawnChildOptions,
  spawnChild,
} from '@twenty-init/core';
import type { App } from '../plan/app.ts';
import type { HandOff, RunningApp } from '../run/system.ts';
import { isInForeground } from './terminal.ts';

/**
 * The parent `pid1` is asked to end the tree as the app's config says. Any other parent cannot be asked: then a
 * `pid1` of our own stays between, as a subreaper.
 */
export async function becomeApp(
  app: App,
  pid1: number | undefined,
  canceled: () => boolean,
): Promise<never> {
  const { argv, cwd, env, name, gracePeriodMs, forwardedIsSuccess } = app;
  const [program, ...args] = argv;
  if (pid1 !== undefined) {
    const result = await tell(pid1, process.pid, app);
    if (result === 'accepted') return await become(program, args, { cwd, env, name, canceled });
  }
  // pid1 would call it what it is, and that may be a secret.
  checkCwd(cwd);
  findProgram(program, { cwd, path: env.PATH, name });
  const options = [
    '--grace',
    `${told(gracePeriodMs)}ms`,
    ...(forwardedIsSuccess ? ['--expect', 'forwarded'] : []),
    '--',
  ];
  return await become(pid1Path(), [...options, ...argv], { cwd, env, canceled });
}

/** One that may outlive us gets no parent-death signal. */
export async function startApp(app: App, outlives: boolean): Promise<RunningApp> {
  const [program, ...args] = app.argv;
  const child = await spawnChild(program, args, {
    ...childOptions(app),
    ...(outlives ? {} : { parentDeath: 'SIGTERM' }),
  });
  return { ...child, hasTerminal: hasTerminal(app, child.pid) };
}

/** What every start of the app needs. */
export function childOptions({ cwd, env, name, readiness }: App): SpawnChildOptions {
  return {
    cwd,
    env,
    name,
    ...(readiness?.type === 'notified' ? { notifyFd: readiness.fd } : {}),
    // In the background a read of the terminal would stop it.
    foreground: true,
  };
}

/** ^C then ends the app alone, which matters where it would be restarted. */
export function hasTerminal({ restart }: App, pid: number): boolean {
  return restart.policy !== 'never' && isInForeground(pid);
}

export async function handOffApp(
  app: App,
  pid: number,
  pid1: number | undefined,
): Promise<HandOff> {
  if (pid1 === undefined) return { accepted: false, reason: 'the parent is not pid1' };
  try {
    const result = await tell(pid1, pid, app);
    if (result !== 'accepted') return { accepted: false, reason: `pid1 (${pid1}) gave no answer` };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { accepted: false, reason: error.message };
  }
  // A signal that pid1 sent before its answer is in libuv's pipe: the poll phase between two immediates reads it.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  return { accepted: true, reason: '' };
}

/** Tells `pid1` how long the orderly end of the tree may take when this process ends. */
export async function leaveRestTo(pid1: number, gracePeriodMs: number): Promise<void> {
  try {
    await tell(pid1, process.pid, { gracePeriodMs, forwardedIsSuccess: false });
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
  }
}

/** How it is to end the tree of that process, which is its main child from then on. */
function tell(
  pid1: number,
  pid: number,
  { gracePeriodMs, forwardedIsSuccess }: Pick<App, 'gracePeriodMs' | 'forwardedIsSuccess'>,
): ReturnType<typeof handOff> {
  return handOff(pid1, { pid, gracePeriodMs: told(gracePeriodMs), forwardedIsSuccess });
}

/** To `pid1` 0 means that nothing is said about it; here it means at once. */
function told(gracePeriodMs: number): number {
  return Math.max(1, gracePeriodMs);
}
