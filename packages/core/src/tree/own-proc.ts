import { CoreError } from '../errors.ts';
import { requireLinux, type System } from '../system.ts';

/**
 * Throws `PROC_UNUSABLE` unless /proc shows this process's own PID namespace. After `unshare --pid` without
 * `--mount-proc` it shows the outer one: the pids there mean other processes here.
 */
export function requireOwnProc(what: string, system: System): void {
  requireLinux(what, system);
  let pid: string;
  try {
    [pid = ''] = system.readProc('self/stat').split(' ', 1);
  } catch (cause) {
    throw new CoreError('PROC_UNUSABLE', `${what} needs /proc, which cannot be read`, { cause });
  }
  if (Number(pid) !== system.pid)
    throw new CoreError(
      'PROC_UNUSABLE',
      `${what} needs the /proc of its own PID namespace: this process is ${system.pid}, /proc calls it ${pid}`,
    );
}
