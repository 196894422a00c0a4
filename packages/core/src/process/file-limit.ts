import type { System } from '../system.ts';

/**
 * The soft limit on open files that this process would have without Node, or -1 where that is not known or is the one it
 * has. Node raises its own to the hard limit before the first line of JavaScript, and children would inherit that; the
 * parent still has the limit that was meant.
 *
 * That is so as long as nobody set a limit for this process alone. `ulimit -n`, prlimit(1) and `LimitNOFILE=` set the
 * hard one with it, which then differs from the parent's; and one that was set since Node has started is below the hard
 * one. Both are kept. A soft limit alone, set between the parent and this process (`sh -c 'ulimit -Sn 4096; exec node'`),
 * leaves no trace. PID 1 has no parent to ask.
 */
export function originalFileLimit(system: System): number {
  const own = limits('self', system);
  const parent = limits(system.ppid, system);
  if (own === undefined || parent === undefined) return -1;
  return own.soft === own.hard && own.hard === parent.hard ? parent.soft : -1;
}

function limits(
  pid: number | 'self',
  system: System,
): { readonly soft: number; readonly hard: number } | undefined {
  try {
    const [, soft, hard] =
      /^Max open files\s+(\d+)\s+(\d+)/m.exec(system.readProc(`${pid}/limits`)) ?? [];
    return soft === undefined ? undefined : { soft: Number(soft), hard: Number(hard) };
  } catch {
    return undefined;
  }
}
