import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type FanOutTarget, fanOut, type Signal, spawnChild } from '../../src/index.ts';
import { realSystem } from '../../src/system.ts';

/** A target that only notes what it gets; ended after `lives` signals. */
function target(lives = Number.POSITIVE_INFINITY): FanOutTarget & { got: Signal[] } {
  const got: Signal[] = [];
  return { pid: 2 ** 30, got, kill: (signal) => got.length < lives && got.push(signal) > 0 };
}

/** To this process; Node runs the listeners in a later turn of the loop. */
async function raise(signal: NodeJS.Signals): Promise<void> {
  const heard = once(process, signal);
  process.kill(process.pid, signal);
  await heard;
}

const signals = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
] as const;
const counts = (): number[] => signals.map((signal) => process.listenerCount(signal));

describe('fanOut', () => {
  const before = counts();
  afterEach(() => expect(counts()).toEqual(before));

  it.each(signals)('forwards %s to every target', async (signal) => {
    const [a, b] = [target(), target()];
    using _ = fanOut([a, b]);
    await raise(signal);
    expect([a.got, b.got]).toEqual([[signal], [signal]]);
  });

  it('rewrites, drops, calls, and leaves alone', async () => {
    const child = target();
    const called: Signal[] = [];
    using _ = fanOut([child], {
      signals: {
        SIGTERM: 'SIGRTMIN+3',
        SIGHUP: 'drop',
        SIGUSR2: (signal) => called.push(signal),
        SIGWINCH: 'default',
      },
    });
    expect(process.listenerCount('SIGWINCH')).toBe(before[6]);
    await raise('SIGTERM');
    await raise('SIGHUP');
    await raise('SIGUSR2');
    expect(child.got).toEqual(['SIGRTMIN+3']);
    expect(called).toEqual(['SIGUSR2']);
  });

  it.each([
    ['a second SIGINT', ['SIGINT', 'SIGINT'], ['SIGINT', 'SIGKILL']],
    [
      'SIGINT after SIGTERM, twice',
      ['SIGTERM', 'SIGINT', 'SIGINT'],
      ['SIGTERM', 'SIGINT', 'SIGKILL'],
    ],
    ['SIGQUIT after SIGTERM', ['SIGTERM', 'SIGQUIT'], ['SIGTERM', 'SIGKILL']],
    ['a second SIGTERM: no force', ['SIGTERM', 'SIGTERM'], ['SIGTERM', 'SIGTERM']],
    ['one SIGQUIT: no force', ['SIGQUIT'], ['SIGQUIT']],
  ] as const)('%s', async (_, raised, got) => {
    const child = target();
    using fan = fanOut([child]);
    for (const signal of raised) await raise(signal);
    expect(child.got).toEqual(got);
    fan.close();
  });

  it.each([
    ['SIGINT', ['SIGINT', 'SIGINT']],
    ['SIGTERM', ['SIGTERM', 'SIGQUIT']],
  ] as const)('never forces for a dropped %s', async (dropped, raised) => {
    const child = target();
    using _ = fanOut([child], { signals: { [dropped]: 'drop' } });
    for (const signal of raised) await raise(signal);
    expect(child.got).toEqual(raised.filter((signal) => signal !== dropped));
  });

  it('gives a stop signal to what is added after it', async () => {
    using fan = fanOut([]);
    await raise('SIGTERM');
    const late = target();
    fan.add(late);
    expect(late.got).toEqual(['SIGTERM']);
  });

  it('forgets a target that has ended or was taken out', async () => {
    const [ended, out] = [target(1), target()];
    using fan = fanOut([ended, out]);
    fan.delete(out);
    await raise('SIGHUP');
    await raise('SIGHUP');
    expect([ended.got.length, out.got.length]).toEqual([1, 0]);
  });

  it('sends real-time signals to a ChildProcess, and nothing to one that has ended', async () => {
    const child: ChildProcess = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    using _ = fanOut([child], { signals: { SIGHUP: 'SIGRTMIN+3' } });
    await raise('SIGHUP');
    // What Node makes of a death by a real-time signal.
    expect(await exited).toEqual([0, null]);
    await raise('SIGHUP');
  });

  it('kills the whole group of a child at once', async () => {
    const script = 'trap "" INT; sh -c "echo ready; sleep 1000"; echo never';
    const child = await spawnChild('sh', ['-c', script], { output: 'pipe' });
    await once(child.stdout, 'data');
    using _ = fanOut([child]);
    await raise('SIGINT');
    await raise('SIGINT');
    expect(await child.exited).toEqual({ exitCode: 137, signal: 'SIGKILL' });
    // Ends only when no member of the group holds the pipe any more.
    expect(await child.stdout.toArray()).toEqual([]);
  });

  it('kills at the second SIGINT also what is left of a group whose leader died of the first', async () => {
    const script = '(trap "" INT; echo ready; exec sleep 1000) & wait';
    const child = await spawnChild('sh', ['-c', script], { output: 'pipe' });
    await once(child.stdout, 'data');
    using _ = fanOut([child]);
    await raise('SIGINT');
    expect(await child.exited).toEqual({ exitCode: 130, signal: 'SIGINT' });
    expect(child.group.members()).toHaveLength(1);
    await raise('SIGINT');
    expect(await child.stdout.toArray()).toEqual([]);
    await expect.poll(() => child.group.members()).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGSTOP', 'SIGRTMIN+1', 'SIGNOPE'])('refuses a route for %s', (signal) => {
    expect(() => fanOut([], { signals: { [signal]: 'drop' } })).toThrow(RangeError);
  });

  it('is refused in a Worker', () => {
    const system = { ...realSystem, isMainThread: false };
    expect(() => fanOut([], { system })).toThrow(
      expect.objectContaining({ code: 'NOT_MAIN_THREAD' }),
    );
  });

  it('eleven at once warn of no leak, and each gets every signal', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const targets = Array.from({ length: 11 }, () => target());
    const fans = targets.map((each) => fanOut([each]));
    await raise('SIGUSR2');
    for (const fan of fans) fan.close();
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(targets.map(({ got }) => got)).toEqual(Array(11).fill(['SIGUSR2']));
    expect(warnings).toEqual([]);
  });

  it('takes a number for the signal that is sent', async () => {
    const each = target();
    using _ = fanOut([each], { signals: { SIGUSR2: 12 } });
    await raise('SIGUSR2');
    expect(each.got).toEqual([12]);
  });

  it('is closed by its AbortSignal', () => {
    const before = counts();
    const abort = new AbortController();
    fanOut([target()], { signal: abort.signal });
    expect(counts()).not.toEqual(before);
    abort.abort();
    expect(counts()).toEqual(before);
    fanOut([target()], { signal: abort.signal });
    expect(counts()).toEqual(before);
  });
});
