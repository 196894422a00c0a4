import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, as /proc shows it to this namespace. */
export interface Process {
  readonly pid: number;
  /** Its pid in its own namespace. */
  readonly innerPid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** The group in the foreground of its terminal; -1 without a terminal. */
  readonly foregroundPgid: number;
  /** `R`, `S`, `T`, `Z`, … */
  readonly state: string;
  /** Empty for a zombie. */
  readonly argv: readonly string[];
}

/** Undefined when there is no such process. */
export function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ppid, pgid, sid, , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const innerPid = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // A program that sets its title, as npm does, leaves one word and blanks behind it.
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .replace(/[ \0]+$/, '')
      .split('\0');
    return {
      pid,
      innerPid: Number(innerPid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      sid: Number(sid),
      foregroundPgid: Number(tpgid),
      state,
      argv,
    };
  } catch {
    return undefined;
  }
}

/** Every process that this namespace can see. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid) => readProcess(pid) ?? []);
}

/** The processes in the PID namespace of that process, itself included, PID 1 first. */
export function namespaceOf(pid: number): Process[] {
  const namespace = namespaceId(pid);
  if (namespace === undefined) return [];
  return processes()
    .filter((process) => namespaceId(process.pid) === namespace)
    .sort((a, b) => a.innerPid - b.innerPid);
}

/** A process and everything that descends from it, parents first. */
export function descendantsOf(pid: number): Process[] {
  const all = processes();
  const below = (parent: Process): Process[] => [
    parent,
    ...all.filter(({ ppid }) => ppid === parent.pid).flatMap(below),
  ];
  return all.filter((process) => process.pid === pid).flatMap(below);
}

export function childrenOf(pid: number): Process[] {
  return processes().filter(({ ppid }) => ppid === pid);
}

/** Undefined once the process is gone. */
export function cwdOf(pid: number): string | undefined {
  return link(`/proc/${pid}/cwd`);
}

/** A field of /proc/PID/status, such as `SigBlk`; undefined once the process is gone. */
export function statusOf(pid: number, field: string): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1];
  } catch {
    return undefined;
  }
}

function namespaceId(pid: number): string | undefined {
  return link(`/proc/${pid}/ns/pid`);
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
