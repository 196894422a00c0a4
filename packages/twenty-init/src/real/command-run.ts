import { spawnChild } from '@twenty-init/core';
import type { Command } from '../boot/command.ts';
import type { Running } from '../system.ts';
import { diesWithUs } from './dies-with-us.ts';
import type { Sink } from './log-file.ts';
import { copyOutput } from './output.ts';

/** Starts a command of a phase: nothing on stdin, and its output passed on to ours. */
export async function runCommand({ argv, cwd, env, name }: Command, sink?: Sink): Promise<Running> {
  const [program, ...args] = argv;
  const child = await spawnChild(program, args, {
    cwd,
    env,
    name,
    stdin: 'ignore',
    output: 'pipe',
    ...diesWithUs('SIGKILL'),
  });
  const output = copyOutput(
    [
      [child.stdout, 1],
      [child.stderr, 2],
    ],
    { sink },
  );
  return {
    pid: child.pid,
    exited: child.exited,
    drained: output.drained,
    kill: child.kill,
    stop: (options) => {
      output.giveUpAfter(options);
      return child.stop(options);
    },
    lastLines: output.lastLines,
    lastOutputAt: output.lastOutputAt,
  };
}
