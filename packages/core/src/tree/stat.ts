import type { System } from '../system.ts';

/** What /proc/PID/stat says of a process. */
export interface ProcessStat {
  readonly pid: number;
  /** The first 15 bytes of the program's name. */
  readonly command: string;
  /** The kernel's letter: `R` runs, `S` sleeps, `D` waits for the disk, `T` is stopped, `t` traced, `Z` a zombie. */
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** Clock ticks since the machine's boot. With the pid it names a process for ever: pids come back. */
  readonly startTime: number;
}

/** Undefined when there is no such process. Throws where /proc cannot be read, for lack of descriptors for one. */
export function readStat(pid: number, system: System): ProcessStat | undefined {
  let text: string;
  try {
    text = system.readProc(`${pid}/stat`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined; // ended since /proc was listed
    throw error;
  }
  const fields = fieldsOf(text);
  return {
    pid,
    command: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
    state: fields[0] ?? '',
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    sid: Number(fields[3]),
    startTime: Number(fields[19]),
  };
}

/** PF_EXITING in include/linux/sched.h of the kernel. A sandbox such as gVisor shows no flags. */
const exiting = 0x4;

/**
 * Whether a child that was not reaped yet has ended or is just about to, so that its exit status can change no more.
 * True as well where /proc cannot tell.
 */
export function isEnding(pid: number, system: System): boolean {
  let text: string;
  try {
    text = system.readProc(`${pid}/stat`);
  } catch {
    return true;
  }
  const [state, , , , , , flags] = fieldsOf(text);
  return state === 'Z' || (Number(flags) & exiting) !== 0;
}

/** From the state on. The command before it is in parentheses and may itself hold spaces and parentheses. */
function fieldsOf(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Everything that /proc shows. */
export function readStats(system: System): ProcessStat[] {
  return system.pids().flatMap((pid) => readStat(pid, system) ?? []);
}

/** False for a zombie, which has ended and only waits for its parent. */
export function isRunning({ state }: ProcessStat): boolean {
  return state !== 'Z' && state !== 'X';
}

/** The processes that each pid is the parent of. */
export function byParent(stats: readonly ProcessStat[]): Map<number, ProcessStat[]> {
  const children = new Map<number, ProcessStat[]>();
  for (const stat of stats) {
    const siblings = children.get(stat.ppid);
    if (siblings === undefined) children.set(stat.ppid, [stat]);
    else siblings.push(stat);
  }
  return children;
}
