import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Child,
  createSupervisor,
  type SupervisedProcess,
  type SupervisorEvent,
} from '../../src/index.ts';
import { realSystem, type System } from '../../src/system.ts';
import { liveMembers } from '../../src/tree/process-group.ts';

const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGALRM', 'SIGUSR1', 'exit'];
const counts = (): number[] => signals.map((signal) => process.listenerCount(signal));

const sh = (name: string, script: string, more: Partial<SupervisedProcess> = {}) => ({
  name,
  command: ['sh', '-c', script] as const,
  stdin: 'ignore' as const,
  ...more,
});
const sleeper = (name: string, more: Partial<SupervisedProcess> = {}) =>
  sh(name, 'exec sleep 1000', more);
const stubborn = (name: string, more: Partial<SupervisedProcess> = {}) =>
  sh(name, 'trap "" TERM INT; while :; do sleep 0.05; done', {
    ready: (child) => statusOf(child, /^SigIgn:.*[4-7c-f][0-9a-f]{3}$/m),
    ...more,
  });

/** Waits for what a shell has done about its signals; the bits are in proc_pid_status(5). */
async function statusOf({ pid }: Child, pattern: RegExp): Promise<void> {
  await expect.poll(() => readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(pattern);
}
const catchesHangup = (child: Child): Promise<void> => statusOf(child, /^SigCgt:.*[13579bdf]$/m);

function supervise(processes: SupervisedProcess[], options = {}) {
  const events: SupervisorEvent[] = [];
  const supervisor = createSupervisor(processes.map(soon), {
    onEvent: (event) => events.push(event),
    ...options,
  });
  const told = (...types: string[]): string[] =>
    events.filter(({ type }) => types.includes(type)).map(({ type, name }) => `${type} ${name}`);
  return { ...supervisor, told };
}

/** With short delays, where a policy stands alone. */
function soon(spec: SupervisedProcess): SupervisedProcess {
  return typeof spec.restart === 'string'
    ? { ...spec, restart: { policy: spec.restart, delayMs: 5, maxDelayMs: 20 } }
    : spec;
}

describe('createSupervisor', () => {
  const before = counts();
  afterEach(() => expect(counts()).toEqual(before));

  it('starts in order, each when the one before is ready, and stops in reverse order', async () => {
    const order: string[] = [];
    const { start, stop, told } = supervise([
      sleeper('a', { ready: async () => order.push('a is ready') }),
      sleeper('b', { ready: async () => order.push('b is ready') }),
    ]);
    await start();
    expect(order).toEqual(['a is ready', 'b is ready']);
    expect(told('started', 'ready')).toEqual(['started a', 'ready a', 'started b', 'ready b']);
    expect(await stop()).toBe(143);
    expect(told('stopping', 'ended')).toEqual(['stopping b', 'ended b', 'stopping a', 'ended a']);
  });

  it('ends with the exit code of the essential process that ended', async () => {
    const { start, ended, told } = supervise([sleeper('a'), sh('b', 'exit 7'), sleeper('c')]);
    start().catch(() => {}); // b may have ended before c is started
    expect(await ended).toBe(7);
    expect(told('ended')).toHaveLength(told('started').length);
  });

  it('goes on without one that is not essential', async () => {
    const { start, stop, told } = supervise([
      sleeper('a'),
      sh('b', 'exit 7', { essential: false }),
    ]);
    await start();
    await expect.poll(() => told('ended')).toEqual(['ended b']);
    expect(told('stopping')).toEqual([]);
    expect(await stop()).toBe(143);
  });

  it('ends when the last one has ended, with the first failure', async () => {
    const { start, ended } = supervise([
      sh('a', 'exit 0', { essential: false }),
      sh('b', 'sleep 0.05; exit 3', { essential: false }),
    ]);
    await start();
    expect(await ended).toBe(3);
  });

  it('restarts by policy, and gives up after maxRestarts', async () => {
    const { start, ended, told } = supervise([
      sh('a', 'exit 4', { restart: { policy: 'on-failure', delayMs: 5, maxRestarts: 2 } }),
    ]);
    await start();
    expect(await ended).toBe(4);
    expect(told('started', 'restarting')).toEqual([
      'started a',
      'restarting a',
      'started a',
      'restarting a',
      'started a',
    ]);
  });

  it('ends what a process leaves in its group before it starts it again', async () => {
    const left: number[] = [];
    const { start, ended } = supervise(
      [
        sh('a', 'sleep 1000 & exit 3', {
          restart: { policy: 'always', delayMs: 5, maxRestarts: 1 },
        }),
      ],
      {
        onEvent: (event: SupervisorEvent) => {
          if (event.type === 'started') groups.push(event.pid);
          if (event.type === 'restarting') left.push(...groups.flatMap(membersOf));
        },
      },
    );
    const groups: number[] = [];
    const membersOf = (pgid: number): number[] => liveMembers(pgid, realSystem);
    await start();
    expect(await ended).toBe(3);
    expect(groups).toHaveLength(2);
    expect([...left, ...groups.flatMap(membersOf)]).toEqual([]);
  });

  it('starts the next one only when one that ended unready was restarted, and is ready', async () => {
    let attempts = 0;
    const { start, stop, told } = supervise([
      sleeper('db', {
        restart: 'on-failure',
        ready: async (child) => {
          if (++attempts > 2) return;
          child.kill('SIGKILL');
          await new Promise(() => {});
        },
      }),
      sleeper('app'),
    ]);
    await start();
    expect(told('started', 'ready', 'ended')).toEqual([
      'started db',
      'ended db',
      'started db',
      'ended db',
      'started db',
      'ready db',
      'started app',
      'ready app',
    ]);
    await stop();
  });

  it('goes on when one has ended for good before it was ready', async () => {
    const { start, stop, told } = supervise([
      sh('a', 'exit 3', { essential: false, ready: () => new Promise(() => {}) }),
      sleeper('b'),
    ]);
    await start();
    expect(told('started', 'ready', 'ended')).toEqual([
      'started a',
      'ended a',
      'started b',
      'ready b',
    ]);
    await stop();
  });

  it('can be stopped from its own ended event', async () => {
    const supervisor = supervise([sleeper('a'), sh('b', 'exit 3', { restart: 'always' })], {
      onEvent: ({ type, name }: SupervisorEvent) => {
        events.push(`${type} ${name}`);
        if (type === 'ended' && name === 'b') supervisor.stop();
      },
    });
    const events: string[] = [];
    await supervisor.start();
    expect(await supervisor.ended).toBe(143);
    expect(events.slice(-3)).toEqual(['ended b', 'stopping a', 'ended a']);
  });

  it('does not start again what is stopped while it waits for its restart', async () => {
    const restart = { policy: 'always', delayMs: 3_600_000, maxDelayMs: 3_600_000 } as const;
    const { start, stop, told } = supervise([sh('a', 'exit 4', { restart })]);
    await start();
    await expect.poll(() => told('restarting')).toHaveLength(1);
    expect(await stop()).toBe(4);
  });

  it('stops what runs when a later one cannot be started, and says why', async () => {
    const { start, ended, told } = supervise([
      sleeper('a'),
      { name: 'b', command: ['no-such-command'], essential: false },
      sleeper('c'),
    ]);
    await expect(start()).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    expect(await ended).toBe(127);
    expect(told('started', 'ended')).toEqual(['started a', 'ended a']);
  });

  it('ends when one does not become ready', async () => {
    const { start, ended } = supervise([
      sleeper('a', { ready: () => Promise.reject(new Error('port 3000 is taken')) }),
    ]);
    await expect(start()).rejects.toThrow('port 3000 is taken');
    expect(await ended).toBe(1);
  });

  it('needs SIGKILL where the grace period is over: 137', async () => {
    const { start, stop } = supervise([stubborn('a', { gracePeriodMs: 50 })]);
    await start();
    expect(await stop()).toBe(137);
  });

  it.each([1500.5, Number.POSITIVE_INFINITY])('takes a grace of %d ms', async (gracePeriodMs) => {
    const { start, stop } = supervise([sleeper('a', { gracePeriodMs })]);
    await start();
    expect(await stop()).toBe(143);
  });

  it('stops the others when one may not be stopped, and says so', async () => {
    let denied = 0;
    const system: System = {
      ...realSystem,
      kill: (pid, signal) => {
        if (pid === denied && signal === 15)
          throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
        realSystem.kill(pid, signal);
      },
    };
    const { start, stop, ended, told } = supervise(
      [
        sleeper('a'),
        sleeper('b', {
          ready: async ({ pid }) => {
            denied = pid;
          },
        }),
      ],
      { system },
    );
    await start();
    await expect(stop()).rejects.toThrow('kill EPERM');
    await expect(ended).rejects.toThrow('kill EPERM');
    expect(told('ended', 'failed')).toEqual(['failed b', 'ended a']);
    realSystem.kill(denied, 9);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 143],
  ] as const)('%s to the host stops everything', async (signal, exitCode) => {
    const { start, ended } = supervise([sleeper('a'), sleeper('b')]);
    await start();
    process.kill(process.pid, signal);
    expect(await ended).toBe(exitCode);
  });

  it('a second SIGINT kills', async () => {
    const { start, ended } = supervise([
      stubborn('a', { gracePeriodMs: 3_600_000 }),
      stubborn('b', { gracePeriodMs: 3_600_000 }),
    ]);
    await start();
    for (const _ of [1, 2]) {
      const heard = once(process, 'SIGINT');
      process.kill(process.pid, 'SIGINT');
      await heard;
    }
    expect(await ended).toBe(137);
  });

  it('forwards the other signals to every process', async () => {
    const trap = 'trap "exit 5" HUP; while :; do sleep 0.02; done';
    const { start, ended } = supervise([
      sh('a', trap, { essential: false, ready: catchesHangup }),
      sh('b', trap, { essential: false, ready: catchesHangup }),
    ]);
    await start();
    process.kill(process.pid, 'SIGHUP');
    expect(await ended).toBe(5);
  });

  it('ends at once when it has no processes', async () => {
    const { start, ended } = supervise([]);
    await start();
    expect(await ended).toBe(0);
  });

  it('can be stopped before it is started, and while it starts', async () => {
    expect(await supervise([sleeper('a')]).stop()).toBe(0);
    const { start, stop, told } = supervise([sleeper('a'), sleeper('b')]);
    const started = start();
    const canceled = expect(started).rejects.toMatchObject({ code: 'CANCELED' });
    expect(await stop()).toBeTypeOf('number');
    await canceled;
    expect(told('started')).toHaveLength(told('ended').length);
  });

  it('wants each name once, times, signals and policies that are some, signals that can be caught, and the main thread', () => {
    expect(() => createSupervisor([sleeper('a'), sleeper('a')])).toThrow(RangeError);
    for (const wrong of [
      { gracePeriodMs: Number.NaN },
      { stopSignal: 'TERM' },
      { parentDeath: 'KILL' },
      { restart: 'unless-stopped' },
    ])
      expect(() => createSupervisor([sleeper('a', wrong as object)])).toThrow(RangeError);
    const restart = { policy: 'always', delayMs: Number.NaN } as const;
    expect(() => createSupervisor([sleeper('a', { restart })])).toThrow(RangeError);
    expect(() => createSupervisor([], { signals: { SIGKILL: 'forward' } })).toThrow(RangeError);
    const system = { ...realSystem, isMainThread: false };
    expect(() => createSupervisor([], { system })).toThrow(
      expect.objectContaining({ code: 'NOT_MAIN_THREAD' }),
    );
  });

  it('eleven at once warn of no leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const supervisors = Array.from({ length: 11 }, () => supervise([sleeper('a')]));
    for (const { start } of supervisors) await start();
    for (const { stop } of supervisors) await stop();
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('start() rejects when it was stopped, once everything has ended', async () => {
    const { start, stop, told } = supervise([
      sleeper('a', { ready: () => new Promise(() => {}) }),
      sleeper('b'),
    ]);
    const failure = start().catch((error: unknown) => [error, told('ended')]);
    await expect.poll(() => told('started')).toEqual(['started a']);
    await stop();
    expect(await failure).toEqual([expect.objectContaining({ code: 'CANCELED' }), ['ended a']]);
  });

  it('start() rejects when it was stopped before', async () => {
    const { start, stop, told } = supervise([sleeper('a')]);
    await stop();
    await expect(start()).rejects.toMatchObject({ code: 'CANCELED' });
    expect(told('started')).toEqual([]);
  });

  it('start() rejects when an essential process has ended before the others were started', async () => {
    const { start, ended } = supervise([
      sh('a', 'exit 3'),
      sleeper('b', { ready: () => new Promise(() => {}) }),
    ]);
    await expect(start()).rejects.toMatchObject({ code: 'CANCELED' });
    expect(await ended).toBe(3);
  });

  it('await using stops it at the end of the block', async () => {
    const supervisor = supervise([sleeper('a')]);
    {
      await using mine = supervisor;
      await mine.start();
    }
    expect(supervisor.told('ended')).toEqual(['ended a']);
  });

  it('is stopped by its AbortSignal', async () => {
    const abort = new AbortController();
    const { start, ended } = supervise([sleeper('a')], { signal: abort.signal });
    await start();
    abort.abort();
    expect(await ended).toBe(143);
  });

  it('takes a number for the stop signal', async () => {
    const { start, stop } = supervise([sleeper('a', { stopSignal: 2 })]);
    await start();
    expect(await stop()).toBe(130);
  });

  it('can be stopped from its own restarting event', async () => {
    const supervisor = supervise([sh('a', 'exit 3', { restart: 'always' })], {
      onEvent: ({ type }: SupervisorEvent) => {
        if (type === 'restarting') supervisor.stop();
      },
    });
    await supervisor.start();
    expect(await supervisor.ended).toBe(3);
  });

  it('tells that it gives up, and success that has to be started over and over is none', async () => {
    const { start, ended, told } = supervise([
      sh('a', 'exit 0', { restart: { policy: 'always', delayMs: 0, maxRestarts: 2 } }),
    ]);
    await start();
    expect(await ended).toBe(1);
    expect(told('restarting', 'given-up')).toEqual(['restarting a', 'restarting a', 'given-up a']);
  });

  it('starts the next one at the newline on its notifyFd', async () => {
    const { start, stop, told } = supervise([
      sh('a', 'echo ready >&3; exec sleep 1000', { notifyFd: 3 }),
      sleeper('b'),
    ]);
    await start();
    expect(told('started', 'ready')).toEqual(['started a', 'ready a', 'started b', 'ready b']);
    await stop();
  });

  it('ends when a notifyFd is closed without a newline', async () => {
    const { start, ended } = supervise([sh('a', 'exec sleep 1000 3>&-', { notifyFd: 3 })]);
    await expect(start()).rejects.toMatchObject({
      code: 'NOT_READY',
      message: '"a" closed descriptor 3, its notifyFd, without a newline',
    });
    expect(await ended).toBe(1);
  });

  it('restarts what ends before the newline on its notifyFd', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
    const script = `mkdir ${folder}/once 2>/dev/null && exit 3; echo ready >&3; exec sleep 1000`;
    const { start, stop, told } = supervise([
      sh('a', script, { notifyFd: 3, restart: 'on-failure' }),
    ]);
    await start();
    expect(told('started', 'ready', 'ended', 'failed')).toEqual([
      'started a',
      'ended a',
      'started a',
      'ready a',
    ]);
    await stop();
    rmSync(folder, { recursive: true });
  });
});
