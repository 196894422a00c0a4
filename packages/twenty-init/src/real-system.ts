import { writeSync } from 'node:fs';
import { become, handOff, pid1Path, spawnChild, supervisingPid1 } from '@twenty-init/core';
import { copyOutput } from './boot/output.ts';
import type { App } from './boot/plan.ts';
import type { System } from './system.ts';

/** Removes the variable in which `pid1` advertises itself: it is for this process alone. */
export function realSystem(): System {
  const pid1 = supervisingPid1();
  delete process.env.PID1_HANDOFF;
  return {
    now: () => performance.timeOrigin + performance.now(),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    start: async ({ argv: [program, ...args], cwd, env }) => {
      const child = await spawnChild(program, args, {
        cwd,
        env,
        stdin: 'ignore',
        output: 'pipe',
        parentDeath: 'SIGKILL',
      });
      const output = copyOutput([
        [child.stdout, 1],
        [child.stderr, 2],
      ]);
      return {
        pid: child.pid,
        exited: child.exited.then(async (status) => {
          await output.drained();
          return status;
        }),
        kill: child.kill,
        stop: child.stop,
        lastLines: output.lastLines,
      };
    },
    become: (app, canceled) => becomeApp(app, pid1, canceled),
    writeLine,
  };
}

/**
 * The parent `pid1` is asked to end the tree as the app's config says. Any other parent cannot be asked: then a
 * `pid1` of our own stays between, as a subreaper.
 */
async function becomeApp(
  { argv, cwd, env, gracePeriodMs, forwardedIsSuccess }: App,
  pid1: number | undefined,
  canceled: () => boolean,
): Promise<never> {
  const [program, ...args] = argv;
  if (pid1 !== undefined) {
    const result = await handOff(pid1, { pid: process.pid, gracePeriodMs, forwardedIsSuccess });
    if (result === 'accepted') return await become(program, args, { cwd, env, canceled });
  }
  const options = [
    '--grace',
    `${gracePeriodMs}ms`,
    ...(forwardedIsSuccess ? ['--expect', 'forwarded'] : []),
    '--',
  ];
  return await become(pid1Path(), [...options, ...argv], { cwd, env, canceled });
}

/** Synchronous, and never through process.stderr: that makes an inherited pipe non-blocking for everybody. */
export function writeLine(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(2, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') return; // nobody reads our log any more; the boot goes on
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
