import { constants } from 'node:os';
import { type AbortSignalLike, anAbortSignal } from '../abort.ts';
import { CoreError, errnoName } from '../errors.ts';
import { loadAddon } from '../native.ts';
import {
  type Checks,
  callback,
  checkCommandLine,
  checkOptions,
  type Environment,
  environment,
  internal,
  text,
} from '../options.ts';
import { sendSignal } from '../signals/send.ts';
import { realSystem, requireLinux, requireMainThread, type System } from '../system.ts';
import { checkCwd, currentCwd } from './cwd.ts';
import { wholeTurnOfTheLoop } from './event-loop.ts';
import { execError } from './exec-error.ts';
import { originalFileLimit } from './file-limit.ts';
import { commandName, findProgram } from './program.ts';

export interface BecomeOptions {
  /** Absolute; default: that of this process. */
  readonly cwd?: string | undefined;
  /** The whole environment of the program; default: that of this process. */
  readonly env?: Environment | undefined;
  /** What errors call the command, in place of `"command" (path)`; for one that may hold a secret. */
  readonly name?: string | undefined;
  /**
   * Asked once, after every signal that Node had already caught has reached its listeners. True calls the whole
   * thing off: the promise rejects with `CANCELED`, and the listeners work again.
   */
  readonly canceled?: (() => boolean) | undefined;
  /** One that is aborted by then calls it off as well. */
  readonly signal?: AbortSignalLike | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<BecomeOptions> = {
  cwd: text,
  env: environment,
  name: text,
  canceled: callback,
  signal: anAbortSignal,
  system: internal,
};

/**
 * Replaces this process by a program: same pid, default signal dispositions, empty mask, blocking descriptors 0 to 2,
 * and the soft limit on open files of this process's parent, as Node has raised its own. Never resolves; rejects when
 * the program cannot run, with this process as it was.
 *
 * No signal is lost on the way. From the first moment a further one has its default action, as it would have in the
 * new program; those that Node had caught before are first given to their listeners.
 *
 * Rejects with an `OptionError`, `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `CWD_MISSING`, `CWD_NOT_USABLE`, `SPAWN_FAILED`,
 * `CANCELED`, `UNSUPPORTED_PLATFORM` off Linux, `NOT_MAIN_THREAD` in a Worker.
 *
 * Node's own `process.execve` is missing in 20, aborts when exec fails in 22 and 24, and passes on ignored signals
 * and non-blocking descriptors.
 *
 * @example
 * await become('node', ['server.js'], { cwd: '/app' });
 */
export async function become(
  command: string,
  args: readonly string[] = [],
  options: BecomeOptions = {},
): Promise<never> {
  checkOptions('become', options, checks);
  checkCommandLine('become', command, args);
  const { system = realSystem, canceled = () => false, signal, name } = options;
  const { cwd = currentCwd(system), env = system.env } = options;
  requireLinux('become', system);
  requireMainThread('become', system);
  checkCwd(cwd);
  const program = findProgram(command, { cwd, path: env.PATH, name });
  const called = commandName(command, name);
  const argv = strings('arguments', called, [command, ...args]);
  const envp = strings('environment', called, entries(env));
  const addon = loadAddon(system);

  const listenedFor = signalsListenedFor();
  addon.disarm();
  try {
    await wholeTurnOfTheLoop();
    if (canceled() || signal?.aborted === true)
      throw new CoreError('CANCELED', `becoming ${called} was called off by a signal`);
    const goBack = enter(cwd, system);
    const result = addon.execve(program, argv, envp, originalFileLimit(system));
    goBack();
    throw execError(called, Object.assign(new Error('exec failed'), { code: errnoName(result) }));
  } finally {
    addon.rearm();
    sendSignal(system.pid, 'SIGCHLD', system); // libuv has not heard of a child that ended meanwhile
    for (const signal of listenedFor) if (process.listenerCount(signal) === 0) forget(signal);
  }
}

function signalsListenedFor(): NodeJS.Signals[] {
  return (Object.keys(constants.signals) as NodeJS.Signals[]).filter(
    (signal) => process.listenerCount(signal) > 0,
  );
}

/** The listener went while Node's handler was away, which is back now and deaf: one more makes libuv take it out. */
function forget(signal: NodeJS.Signals): void {
  const nothing = (): void => {};
  process.on(signal, nothing).off(signal, nothing);
}

/** A deleted directory is left for good. */
function enter(cwd: string, system: System): () => void {
  let previous: string | undefined;
  try {
    previous = system.cwd();
  } catch {}
  system.chdir(cwd);
  return () => {
    if (previous !== undefined) system.chdir(previous);
  };
}

/** As C takes them: a NUL would cut one short. */
function strings(what: string, called: string, texts: readonly string[]): readonly string[] {
  if (texts.some((text) => text.includes('\0')))
    throw execError(called, new Error(`a NUL byte in its ${what}`));
  return texts;
}

function entries(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
}
