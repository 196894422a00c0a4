import { spawnChild } from '@twenty-init/core';
import { copyOutput } from '../output/copy.ts';
import type { Sink } from '../output/log-file.ts';
import type { Command } from '../plan/command.ts';
import type { Running } from '../run/system.ts';
import { diesWithUs } from './dies-with-us.ts';

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
