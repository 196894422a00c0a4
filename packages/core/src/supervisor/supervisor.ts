import { supervisedDefaults } from '../defaults.ts';
import { CoreError } from '../errors.ts';
import { callListener } from '../process/call-listener.ts';
import { realSystem, requireMainThread } from '../system.ts';
import { checkSupervisor } from './checks.ts';
import { deferred } from './deferred.ts';
import { listenForHost } from './host.ts';
import { type Member, memberOf, startMember, stopMember } from './member.ts';
import { nextToStop } from './stop-order.ts';
import type { SupervisedProcess, Supervisor, SupervisorEvent, SupervisorOptions } from './types.ts';

export type * from './types.ts';

/**
 * Runs several processes as one: started in order, restarted by policy, stopped in reverse order. TERM, INT and QUIT
 * stop everything; a second INT, or a QUIT after a stop signal, kills it. When the host process dies in another way
 * than by SIGKILL the processes are killed with it; for SIGKILL, see `parentDeath`.
 *
 * It does not end the host: that is for the caller, with the exit code of `ended`. Throws `NOT_MAIN_THREAD` in a
 * Worker, and an `OptionError` for an option that does not exist or a value that is none, and for a name that is there
 * twice.
 *
 * @example
 * const supervisor = createSupervisor([
 *   { name: 'server', command: ['node', 'server.js'] },
 *   { name: 'worker', command: ['node', 'worker.js'], essential: false, restart: 'always' },
 * ]);
 * await supervisor.start().catch((error) => console.error(error.message));
 * process.exitCode = await supervisor.ended;
 */
export function createSupervisor(
  processes: readonly SupervisedProcess[],
  options: SupervisorOptions = {},
): Supervisor {
  const { system = realSystem } = options;
  requireMainThread('createSupervisor', system);
  checkSupervisor(processes, options);
  const tell = (event: SupervisorEvent): void => callListener(options.onEvent, event);
  const force = new AbortController();
  const members = processes.map((spec) => memberOf(spec, { tell, force: force.signal, system }));
  const running = new Set(members);
  const { promise: ended, resolve: settle } = deferred<number>();
  let installed: Promise<() => void> = Promise.resolve(() => {});
  let started: Promise<void> | undefined;
  let stopping = false;
  /** Of what made everything end. */
  let result: number | undefined;
  let firstFailure = 0;

  const startInOrder = async (): Promise<void> => {
    if (members.length === 0) stop();
    if (!stopping) {
      installed = listenForHost(members, { kill, stop }, options, system);
      await installed;
    }
    for (const member of members) {
      if (stopping) break;
      member.ended.promise.then(({ exitCode }) => onEnded(member, exitCode));
      try {
        await startMember(member);
      } catch (error) {
        result ??= error instanceof CoreError ? error.exitCode : 1;
        await stop().catch(() => {}); // for who waits for `ended`
        throw error;
      }
    }
    if (members.every(({ wasReady }) => wasReady) || !stopping) return;
    await ended.catch(() => {}); // a host that dies of the rejection would take with it what is being stopped
    throw new CoreError('CANCELED', 'the supervisor was stopped before everything was ready');
  };

  const onEnded = (member: Member, exitCode: number): void => {
    running.delete(member);
    firstFailure ||= exitCode;
    if (stopping || (!isEssential(member) && running.size > 0)) return;
    result ??= isEssential(member) ? exitCode : firstFailure;
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
    const left = new Set(members);
    const failures: unknown[] = [];
    const exitCodes = new Map<Member, number>();
    let killed = false;
    for (;;) {
      const member = nextToStop(members, (each) => left.has(each));
      if (member === undefined) break;
      left.delete(member);
      try {
        const stopped = await stopMember(member);
        killed ||= stopped !== undefined && stopped.killed.length > 0;
      } catch (error) {
        failures.push(error);
        tell({ type: 'failed', name: member.spec.name, error });
        continue; // nobody knows when it ends
      }
      exitCodes.set(member, (await member.ended.promise).exitCode);
    }
    const uninstall = await installed;
    uninstall();
    if (failures.length > 0) throw failures[0];
    const first = members.find((member) => isEssential(member) && exitCodes.has(member));
    const own = first === undefined ? undefined : exitCodes.get(first);
    return result ?? (killed ? 137 : (own ?? firstFailure));
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
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function isEssential({ spec: { essential = supervisedDefaults.essential } }: Member): boolean {
  return essential;
}
