import type { Readable } from 'node:stream';
import type { Check } from '../options.ts';
import { wholeTurnOfTheLoop } from '../process/event-loop.ts';
import type { System } from '../system.ts';
import { isEnding } from '../tree/stat.ts';

/** Far below any usual limit on open files, which a descriptor has to stay below. */
const highestNotifyFd = 255;

export const aNotifyFd: Check = {
  expected: `a whole number from 3 to ${highestNotifyFd}`,
  accepts: (fd) => Number.isInteger(fd) && Number(fd) >= 3 && Number(fd) <= highestNotifyFd,
};

/** The parent's side of a pipe on which a program says, with a newline, that it is ready. */
export interface Notification {
  /** False when every writer has closed it without one. */
  readonly newline: Promise<boolean>;
  /** After the end of the program: reads what it has left in the pipe, and nothing that a descendant writes later. */
  end(): Promise<void>;
}

/** To be called in the turn in which the pipe is opened: what comes before somebody listens would be missed. */
export function readNotification(pipe: Readable): Notification {
  const newline = new Promise<boolean>((resolve) => {
    pipe.on('data', (chunk: Buffer) => {
      if (!chunk.includes('\n')) return;
      resolve(true);
      pipe.destroy();
    });
    // A pipe that breaks is one that has ended.
    pipe.on('error', () => {});
    pipe.once('close', () => resolve(false));
  });
  return {
    newline,
    end: async () => {
      await wholeTurnOfTheLoop();
      pipe.destroy();
    },
  };
}

/**
 * Whether the newline came. The kernel closes the descriptors of a process before its parent can hear of its end: a
 * pipe that was closed by that settles as false after `exited`.
 */
export async function isNotified(
  { newline }: Notification,
  process: {
    readonly pid: number;
    readonly exited: Promise<unknown>;
    hasEnded(): boolean;
  },
  system: System,
): Promise<boolean> {
  if (await newline) return true;
  if (process.hasEnded() || isEnding(process.pid, system)) await process.exited;
  return false;
}
