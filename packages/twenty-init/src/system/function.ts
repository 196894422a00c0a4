import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExitStatus, Signal, StopResult } from '@twenty-init/core';
import { wallClockMs } from '../clock.ts';
import type { RunContext } from '../config/config.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeAll } from '../output/copy.ts';
import type { Sink } from '../output/log-file.ts';
import { lineTail } from '../output/tail.ts';
import { type FunctionWork, literalCommand } from '../plan/command.ts';
import type { Running, StopRequest } from '../run/system.ts';
import { messageOf, stackOf } from '../thrown.ts';
import { runCommand } from './command.ts';

/** Whose code something is: that of a function, or what it has left behind. */
export interface CodeOwner {
  /** The phase. */
  readonly title: string;
  /** The function has failed with an error that nobody catches. False when it has ended already. */
  fail(error: unknown): boolean;
}

const owners = new AsyncLocalStorage<CodeOwner>();

/** Of the code that runs at the moment, or that has thrown what nobody catches. */
export function codeOwner(): CodeOwner | undefined {
  return owners.getStore();
}

/** Runs a function of the config as if it were a command: it can be stopped, and what it says is output. */
export function runFunction({ run, cwd, env }: FunctionWork, title: string, sink?: Sink): Running {
  const abort = new AbortController();
  const tail = lineTail();
  const remember = tail.from();
  const file = sink?.from();
  const commands = new Set<Running>();
  let lastOutput = wallClockMs();
  let failure: string | undefined;
  let stopOptions: StopRequest | undefined;
  let giveUp: (status: ExitStatus) => void = () => {};
  let hasEnded = false;

  const say = async (fd: 1 | 2, text: string): Promise<void> => {
    lastOutput = wallClockMs();
    const bytes = Buffer.from(`${text}\n`);
    await Promise.all([writeAll(fd, bytes), file?.write(bytes)]);
  };

  const context: RunContext = {
    cwd,
    env,
    signal: abort.signal,
    log: (text) => {
      remember(Buffer.from(`${text}\n`));
      say(1, text);
    },
    exec: async (line) => {
      abort.signal.throwIfAborted();
      const command = await runCommand(literalCommand(line, { cwd, env }), sink);
      commands.add(command);
      // The stop came while it was starting.
      if (stopOptions !== undefined) command.stop(stopOptions);
      const { exitCode } = await command.exited;
      await command.drained();
      commands.delete(command);
      for (const last of command.lastLines()) remember(Buffer.from(`${last}\n`));
      if (exitCode !== 0)
        throw Object.assign(new Error(`"${line.join(' ')}" ended with ${exitCode}`), { exitCode });
    },
  };

  const owner: CodeOwner = {
    title,
    fail: (error) => {
      if (hasEnded) return false;
      failure ??= `${messageOf(error)} (uncaught error)`;
      say(2, stackOf(error)).then(() => giveUp({ exitCode: exitCodes.internal }));
      return true;
    },
  };

  const execute = async (): Promise<ExitStatus> => {
    try {
      await owners.run(owner, () => run(context));
      return { exitCode: 0 };
    } catch (error) {
      // What it throws after it was given up changes nothing any more.
      if (failure === undefined) {
        failure = messageOf(error);
        await say(2, stackOf(error));
      }
      return { exitCode: exitCodeOf(error) };
    }
  };
  const exited = Promise.race([
    execute(),
    new Promise<ExitStatus>((resolve) => {
      giveUp = resolve;
    }),
  ]).finally(() => {
    hasEnded = true;
  });

  const stop = async (options: StopRequest): Promise<StopResult> => {
    stopOptions = options;
    abort.abort();
    const stopped = Promise.all([...commands].map((command) => command.stop(options)));
    const over = AbortSignal.any([
      AbortSignal.timeout(options.gracePeriodMs),
      ...(options.force === undefined ? [] : [options.force]),
    ]);
    // A function cannot be killed: when its time is over it is left to itself, and the process ends soon.
    const leave = (): void => giveUp({ exitCode: 137, signal: 'SIGKILL' });
    if (over.aborted) leave();
    else over.addEventListener('abort', leave, { once: true });
    const status = await exited;
    over.removeEventListener('abort', leave);
    const killed = (await stopped).flatMap((result) => result.killed);
    return { ...status, killed };
  };

  return {
    pid: process.pid,
    exited,
    drained: async () => {},
    kill: (signal: Signal) => [...commands].some((command) => command.kill(signal)),
    stop,
    lastLines: tail.lines,
    lastOutputAt: () =>
      Math.max(lastOutput, ...[...commands].map((command) => command.lastOutputAt())),
    failure: () => failure,
  };
}

/** An error that knows its exit code keeps it. */
function exitCodeOf(error: unknown): number {
  const code: unknown = (error as { exitCode?: unknown } | null)?.exitCode;
  return typeof code === 'number' && Number.isInteger(code) && code > 0 && code < 256 ? code : 1;
}
