import { getSystemErrorName } from 'node:util';
import { handOffDefaults } from '../defaults.ts';
import { CoreError } from '../errors.ts';
import { loadAddon } from '../native.ts';
import { aPid, type Checks, checkOptions, duration, flag, internal } from '../options.ts';
import { realSystem, type System } from '../system.ts';
import { timerMs } from './timer.ts';

/** The protocol is described at the top of `native/pid1.c`. */
const variable = 'PID1_HANDOFF';
const version = '1';
const handOffSignal = 64;
const magic = 0x5049n;
const maximumGraceMs = 2 ** 25 - 1;

export interface HandOffRequest {
  /** The process that `pid1` is to treat as its main child from now on: this one, or a descendant. */
  readonly pid: number;
  /** For the orderly end of the whole tree, in ms, at most 2^25-1 (9 hours). Default 0: as `pid1` is set. */
  readonly gracePeriodMs?: number | undefined;
  /** The app's death by a TERM, INT or QUIT that `pid1` forwarded counts as exit 0. Default false. */
  readonly forwardedIsSuccess?: boolean | undefined;
  /** How long to wait for the answer. Default 1000. */
  readonly timeoutMs?: number | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<HandOffRequest> = {
  pid: aPid,
  gracePeriodMs: duration,
  forwardedIsSuccess: flag,
  timeoutMs: duration,
  system: internal,
};

/** `no answer` after the timeout: nothing has changed, as far as this process can know. */
export type HandOffResult = 'accepted' | 'no answer';

/**
 * The pid of the `pid1` that is this process's parent and takes handoffs, or undefined. Read it at the start: the
 * variable must not reach any child, so remove it from the environment then.
 */
export function supervisingPid1(): number | undefined;
/** @internal */
export function supervisingPid1(system: System): number | undefined;
export function supervisingPid1(system: System = realSystem): number | undefined {
  const [protocol, pid] = (system.env[variable] ?? '').split(':');
  // The variable may come from an init further up; only the parent can be asked.
  return protocol === version && Number(pid) === system.ppid ? system.ppid : undefined;
}

/**
 * Tells the parent `pid1` that a handoff will come: until then it keeps real-time signals, which would end a Node process,
 * for the program that is handed over, and sends the others to the main thread. What goes wrong is left for
 * {@link handOff} to tell.
 */
export function announceHandOff(pid1: number): void;
/** @internal */
export function announceHandOff(pid1: number, system: System): void;
export function announceHandOff(pid1: number, system: System = realSystem): void {
  loadAddon(system).sigqueue(pid1, handOffSignal, message({ pid: 0 }));
}

/**
 * Asks the parent `pid1` to take a process as its main child. Throws `SYSCALL_FAILED` when the request cannot be sent.
 */
export async function handOff(pid1: number, request: HandOffRequest): Promise<HandOffResult> {
  checkOptions('handOff', request, checks);
  const { timeoutMs = handOffDefaults.timeoutMs, system = realSystem } = request;
  const answer = nextSignal('SIGURG', timeoutMs);
  try {
    const result = loadAddon(system).sigqueue(pid1, handOffSignal, message(request));
    if (result < 0)
      throw new CoreError(
        'SYSCALL_FAILED',
        `pid1 (${pid1}) could not be asked: ${getSystemErrorName(result)}`,
      );
    return (await answer.arrived) ? 'accepted' : 'no answer';
  } finally {
    answer.close();
  }
}

function message({
  pid,
  gracePeriodMs = handOffDefaults.gracePeriodMs,
  forwardedIsSuccess = handOffDefaults.forwardedIsSuccess,
}: HandOffRequest): bigint {
  const grace = Math.min(Math.ceil(gracePeriodMs), maximumGraceMs);
  return (
    (magic << 48n) | (BigInt(forwardedIsSuccess) << 47n) | (BigInt(grace) << 22n) | BigInt(pid)
  );
}

function nextSignal(
  signal: NodeJS.Signals,
  timeoutMs: number,
): { arrived: Promise<boolean>; close(): void } {
  let settle: (arrived: boolean) => void = () => {};
  const arrived = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const onSignal = (): void => settle(true);
  process.on(signal, onSignal);
  const timer = setTimeout(settle, timerMs('timeoutMs', timeoutMs), false);
  return {
    arrived,
    close: () => {
      process.off(signal, onSignal);
      clearTimeout(timer);
      settle(false);
    },
  };
}
