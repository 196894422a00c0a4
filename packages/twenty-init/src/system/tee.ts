import { spawnChild } from '@twenty-init/core';
import { copyOutput } from '../output/copy.ts';
import { openLogFile, type Sink } from '../output/log-file.ts';
import type { App } from '../plan/app.ts';
import type { LogFile } from '../plan/log-file.ts';
import type { RunningApp } from '../run/system.ts';
import { childOptions, hasTerminal } from './app.ts';
import type { HostSystem } from './system.ts';

/** The same system, with all output of phases and the app also in a file. */
export function withLogFile(
  system: HostSystem,
  file: LogFile,
  onLoss: (why: string) => void,
  onNotRotated: (why: string) => void,
): HostSystem {
  const sink = openLogFile(file, onLoss, onNotRotated);
  return {
    ...system,
    start: (work, title) => system.start(work, title, sink),
    startApp: (app) => startTeed(app, sink),
  };
}

async function startTeed(app: App, sink: Sink): Promise<RunningApp> {
  const [program, ...args] = app.argv;
  const child = await spawnChild(program, args, {
    ...childOptions(app),
    output: 'pipe',
    parentDeath: 'SIGTERM',
  });
  const output = copyOutput(
    [
      [child.stdout, 1],
      [child.stderr, 2],
    ],
    { sink, keepsLines: false },
  );
  return {
    pid: child.pid,
    hasTerminal: hasTerminal(app, child.pid),
    exited: child.exited,
    ready: child.ready,
    kill: child.kill,
    // Only now: what the leader has left in its group may still have something to say.
    stop: async (options) => {
      output.giveUpAfter(options);
      const result = await child.stop(options);
      await output.drained();
      return result;
    },
  };
}
