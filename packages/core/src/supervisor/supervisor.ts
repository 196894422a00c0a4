import type { Child } from '../child/types.ts';
import { CoreError } from '../errors.ts';
import { timerMs } from '../options.ts';
import { callListener } from '../process/call-listener.ts';
import { fanOut } from '../signals/fan-out.ts';
import { type Signal, signalNumber } from '../signals/names.ts';
import { routesOf } from '../signals/routes.ts';
import { type FanOutTarget, killTarget, signalTarget } from '../signals/target.ts';
import { realSystem, requireMainThread, type System } from '../system.ts';
import { onHostExit } from './host-exit.ts';
import { type Member, superviseMember } from './member.ts';
import { isRestartPolicy } from './restart.ts';
import type { SupervisedProcess, Supervisor, SupervisorEvent, SupervisorOptions } from './types.ts';

/**
 * Runs several processes as one: started in order, restarted by policy, stopped in reverse order. TERM, INT and QUIT
 * stop everything; a second INT, or a QUIT after a stop signal, kills it. When the host process dies in another way
 * than by SIGKILL the processes are killed with it; for SIGKILL, see `parentDeath`.
 *
 * It does not end the host: that is for the caller, with the exit code of `ended`. Throws `NOT_MAIN_THREAD` in a
 * Worker, and a `RangeError` for a name that is there twice, for what is no number of ms, no signal or no policy, and as
 * `fanOut` for signals.
 *
 * @example
 * const supervisor = createSupervisor([
 *   { name: 'server', command: ['node', 'server.js'] },
 *   { name: 'worker', command: ['node', 'worker.js'], essential: false, restart: 'always' },
 * ]);
 * await supervisor.start();
 * process.exitCode = await supervisor.ended;
 */
export function createSupervisor(
  processes: readonly SupervisedProcess[],
  options: SupervisorOptions = {},
): Supervisor {
  const { system = realSystem } = options;
  requireMainThread('createSupervisor', system);
  checkNames(processes);
  for (const each of processes) checkProcess(each);
  for (const [name, ms] of Object.entries(options.backoff ?? {})) timerMs(name, ms);
  routesOf(options.signals ?? {});
  const onEvent = (event: SupervisorEvent): void => callListener(options.onEvent, event);
  const force = new AbortController();
  const members = processes.map((spec) =>
    superviseMember(spec, { ...options, onEvent }, force.signal, system),
  );
  const isEssential = (index: number): boolean => processes[index]?.essential ?? true;
  const running = new Set(members.keys());
  let installed: Promise<() => void> = Promise.resolve(() => {});
  let started: Promise<void> | undefined;
  let stopping = false;
  /** Of what made everything end. */
  let result: number | undefined;
  let firstFailure = 0;
  let settle: (exitCode: number | Promise<number>) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    settle = resolve;
  });

  const startInOrder = async (): Promise<void> => {
    if (members.length === 0) stop();
    if (stopping) return;
    installed = install(members, { kill, stop }, options, system);
    await installed;
    for (const [index, member] of members.entries()) {
      if (stopping) return;
      member.ended.then(({ exitCode }) => onEnded(index, exitCode));
      try {
        await member.start();
      } catch (error) {
        result ??= error instanceof CoreError ? error.exitCode : 1;
        await stop().catch(() => {}); // for who waits for `ended`
        throw error;
      }
    }
  };

  const onEnded = (index: number, exitCode: number): void => {
    running.delete(index);
    firstFailure ||= exitCode;
    if (stopping || (!isEssential(index) && running.size > 0)) return;
    result ??= isEssential(index) ? exitCode : firstFailure;
    stop();
  };

  const stop = (): Promise<number> => {
    if (!stopping) {
      stopping = true;
      settle(stopInOrder());
    }
    return ended;
  };

  const stopInOrder = async (): Promise<number> => {
    let killed = false;
    const exitCodes: number[] = [];
    const failures: unknown[] = [];
    for (const [index, member] of [...members.entries()].reverse()) {
      try {
        const stopped = await member.stop();
        killed ||= stopped !== undefined && stopped.killed.length > 0;
      } catch (error) {
        failures.push(error);
        onEvent({ type: 'failed', name: member.name, error });
        continue; // nobody knows when it ends
      }
      const { exitCode } = await member.ended;
      if (isEssential(index)) exitCodes.unshift(exitCode);
    }
    const uninstall = await installed;
    uninstall();
    if (failures.length > 0) throw failures[0];
    return result ?? (killed ? 137 : (exitCodes[0] ?? firstFailure));
  };

  const kill = (): Promise<number> => {
    force.abort();
    return stop();
  };

  return {
    start: () => {
      started ??= startInOrder();
      return started;
    },
    stop,
    kill,
    ended,
  };
}

/** The listeners of the host process; the result takes them back. */
async function install(
  members: readonly Member[],
  { stop, kill }: Pick<Supervisor, 'stop' | 'kill'>,
  { signals = {} }: SupervisorOptions,
  system: System,
): Promise<() => void> {
  const everyone: FanOutTarget = {
    kill: (signal: Signal) => {
      for (const child of running(members)) signalTarget(child, signal, system);
      return true;
    },
  };
  const stopAll = (): void => {
    stop();
  };
  const fan = fanOut([everyone], {
    signals: { SIGTERM: stopAll, SIGINT: stopAll, SIGQUIT: stopAll, ...signals },
    onForce: () => {
      kill();
    },
    system,
  });
  const forgetHost = await onHostExit(() => {
    for (const group of members.flatMap((member) => member.group() ?? []))
      killTarget({ kill: group.kill, group }, system);
  }, system);
  return () => {
    fan.close();
    forgetHost();
  };
}

function running(members: readonly Member[]): Child[] {
  return members.flatMap((member) => member.child() ?? []);
}

function checkNames(processes: readonly SupervisedProcess[]): void {
  const names = processes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new RangeError(`Expected a name for each process, got "${twice}" twice`);
}

/** At once: what is wrong with the stop signal would show when nothing can be stopped any more. */
function checkProcess({
  name,
  stopSignal = 'SIGTERM',
  parentDeath = 'SIGTERM',
  gracePeriodMs = 0,
  restart = 'no',
}: SupervisedProcess): void {
  for (const signal of [stopSignal, parentDeath]) signalNumber(signal);
  timerMs(`gracePeriodMs of "${name}"`, gracePeriodMs);
  if (!isRestartPolicy(restart))
    throw new RangeError(
      `Expected restart of "${name}" to be no, on-failure or always, got "${restart}"`,
    );
}
