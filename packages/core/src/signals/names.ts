import type { Check } from '../options.ts';

/** The standard Linux signals and the real-time ones (`SIGRTMIN` is 34, as in glibc). */
export type Signal =
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGILL'
  | 'SIGTRAP'
  | 'SIGABRT'
  | 'SIGBUS'
  | 'SIGFPE'
  | 'SIGKILL'
  | 'SIGUSR1'
  | 'SIGSEGV'
  | 'SIGUSR2'
  | 'SIGPIPE'
  | 'SIGALRM'
  | 'SIGTERM'
  | 'SIGSTKFLT'
  | 'SIGCHLD'
  | 'SIGCONT'
  | 'SIGSTOP'
  | 'SIGTSTP'
  | 'SIGTTIN'
  | 'SIGTTOU'
  | 'SIGURG'
  | 'SIGXCPU'
  | 'SIGXFSZ'
  | 'SIGVTALRM'
  | 'SIGPROF'
  | 'SIGWINCH'
  | 'SIGIO'
  | 'SIGPWR'
  | 'SIGSYS'
  | 'SIGRTMIN'
  | `SIGRTMIN+${number}`;

const realTimeMinimum = 34;
const realTimeMaximum = 64;

/** Names that share a number with another one; {@link signalName} gives the other. */
const aliases = new Set(['SIGIOT', 'SIGPOLL', 'SIGUNUSED']);

/** 1 to 64 for a name on this platform, or for that number; throws a `RangeError` for anything else. */
export function signalNumber(signal: Signal | number): number {
  const number = typeof signal === 'number' ? signal : numberOf(signal);
  if (typeof signal === 'number') signalName(signal);
  if (number === undefined) throw new RangeError(`Expected a signal name, got "${signal}"`);
  return number;
}

/** Of an option that is a signal. */
export const aSignal: Check = {
  expected: 'a signal, such as SIGTERM or 15',
  accepts: (value) =>
    typeof value === 'number'
      ? Number.isInteger(value) && value >= 1 && value <= realTimeMaximum
      : typeof value === 'string' && isSignal(value),
  shown: true,
};

/** `SIGTERM` for 15, `SIGRTMIN+3` for 37; throws a `RangeError` outside 1 to 64. */
export function signalName(number: number): Signal {
  for (const [name, other] of Object.entries(standardSignals()))
    if (other === number && !aliases.has(name)) return name as Signal;
  if (number === realTimeMinimum) return 'SIGRTMIN';
  if (number > realTimeMinimum && number <= realTimeMaximum)
    return `SIGRTMIN+${number - realTimeMinimum}`;
  throw new RangeError(`Expected a signal number from 1 to 64, got ${number}`);
}

export function isSignal(text: string): text is Signal {
  return numberOf(text) !== undefined;
}

function numberOf(text: string): number | undefined {
  const standard = standardSignals()[text];
  if (standard !== undefined) return standard;
  const offset = /^SIGRTMIN(?:\+(\d+))?$/.exec(text);
  if (offset === null) return undefined;
  const number = realTimeMinimum + Number(offset[1] ?? 0);
  return number <= realTimeMaximum ? number : undefined;
}

/** By name. Not imported: a process that only reaps has no use for it until something dies of a signal. */
function standardSignals(): Record<string, number> {
  return process.getBuiltinModule('node:os').constants.signals;
}
