import { statSync } from 'node:fs';
import { supervisingPid1 } from '@twenty-init/core';
import { wallClockMs } from '../clock.ts';
import type { Sink } from '../output/log-file.ts';
import type { Work } from '../plan/command.ts';
import type { HandOff, Running, System } from '../run/system.ts';
import { becomeApp, handOffApp, leaveRestTo, startApp } from './app.ts';
import { runCommand } from './command.ts';
import type { CodeOwner } from './function.ts';
import { probe } from './probe/probe.ts';
import { after } from './timer.ts';

export interface HostSystem extends System {
  /** What it writes goes into the sink too. */
  start(work: Work, title: string, sink?: Sink): Promise<Running>;
  /** What has left the app's process group gets its signal and its time from `pid1` when this process ends. */
  leaveRest(gracePeriodMs: number): Promise<void>;
  /** Of the code that has thrown what nobody catches, where that is known. */
  codeOwner(): CodeOwner | undefined;
  /** The `pid1` that is our parent and can be asked to take the app over. */
  readonly pid1: number | undefined;
  /** This process has put a `pid1` above itself already: it must not come to a third start. */
  readonly isSecondStart: boolean;
}

/** Set for the second start. */
export const secondStart = 'TWENTY_INIT_SECOND_START';

/** Removes the variables that are for this process alone, such as the one in which `pid1` advertises itself. */
export function hostSystem(): HostSystem {
  const pid1 = supervisingPid1();
  const isSecondStart = process.env[secondStart] !== undefined;
  delete process.env.PID1_HANDOFF;
  delete process.env[secondStart];
  let codeOwner: HostSystem['codeOwner'] = () => undefined;
  let handingOff: Promise<HandOff> | undefined;
  return {
    pid1,
    isSecondStart,
    now: wallClockMs,
    random: Math.random,
    after,
    start: async (work, title, sink) => {
      if (!('run' in work)) return await runCommand(work, sink);
      const functions = await import('./function.ts');
      codeOwner = functions.codeOwner;
      return functions.runFunction(work, title, sink);
    },
    codeOwner: () => codeOwner(),
    exists,
    become: (app, canceled) => becomeApp(app, pid1, canceled),
    startApp,
    probe,
    handOff: (app, pid) => {
      handingOff = handOffApp(app, pid, pid1);
      return handingOff;
    },
    leaveRest: async (gracePeriodMs) => {
      // It was told with the app, and takes nothing from one that is not its main child any more.
      const isDone = (await handingOff)?.accepted === true;
      if (pid1 !== undefined && !isDone) await leaveRestTo(pid1, gracePeriodMs);
    },
  };
}

/** A file that may not be looked at is an error, and no answer. */
function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
