import { realSystem, type System } from '../src/system.ts';

export interface FakeProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid?: number;
  readonly sid?: number;
  state?: string;
  /** The error code with which kill(2) fails. */
  readonly denied?: string;
}

export interface FakeSystem extends System {
  /** As `pid signal`, in order. */
  readonly sent: string[];
  readonly processes: Map<number, FakeProcess>;
}

/** A machine with these processes, on which SIGSTOP, SIGCONT and SIGKILL do what they say. */
export function fakeSystem(
  processes: readonly FakeProcess[],
  overrides: Partial<System> = {},
): FakeSystem {
  const table = new Map(processes.map((process) => [process.pid, process]));
  const sent: string[] = [];
  const one = (pid: number, signal: number): void => {
    const process = table.get(pid);
    if (process === undefined) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
    if (process.denied !== undefined)
      throw Object.assign(new Error(`kill ${process.denied}`), { code: process.denied });
    if (signal === 9) table.delete(pid);
    if (signal === 19) process.state = 'T';
    if (signal === 18) process.state = 'S';
  };
  const readProc = (path: string): string => {
    if (path === 'self/stat') return '100 (node) R';
    const pid = Number(path.split('/')[0]);
    const process = table.get(pid);
    if (process === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    const { ppid, pgid = pid, sid = 1, state = 'S' } = process;
    return `${pid} (a (b) c) ${state} ${ppid} ${pgid} ${sid} ${'0 '.repeat(15)}${pid} 0`;
  };
  return {
    ...realSystem,
    platform: 'linux',
    pid: 100,
    sent,
    processes: table,
    pids: () => [...table.keys()],
    readProc,
    // As a kernel without CONFIG_PROC_CHILDREN: readProc finds no such file.
    readProcInPieces: function* (path) {
      yield readProc(path);
    },
    kill: (pid, signal) => {
      sent.push(`${pid} ${signal}`);
      if (pid === -1) for (const each of [...table.keys()]) each !== 1 && one(each, signal);
      else one(pid, signal);
    },
    ...overrides,
  };
}

/** Each the parent of the next one, from 1000 on. */
export function chain(length: number): FakeProcess[] {
  return Array.from({ length }, (_, index) => ({
    pid: 1000 + index,
    ppid: index === 0 ? 1 : 999 + index,
  }));
}
