import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Child, type SpawnChildOptions, spawnChild } from '../../src/index.ts';
import { realSystem } from '../../src/system.ts';

const start = (script: string, more: SpawnChildOptions = {}): Promise<Child> =>
  spawnChild('sh', ['-c', script], { stdin: 'ignore', notifyFd: 3, ...more });
const descriptorsOf = (pid: number | 'self'): string[] =>
  readdirSync(`/proc/${pid}/fd`).sort((a, b) => Number(a) - Number(b));
const end = (child: Child): Promise<unknown> =>
  child.stop({ signal: 'SIGKILL', gracePeriodMs: 5000 });

/** The names of the promises in the order in which they settle, with what they settle as. */
async function settled({ ready, exited }: Child): Promise<unknown[]> {
  const order: unknown[] = [];
  await Promise.all([
    ready.then((is) => order.push(`ready ${is}`)),
    exited.then(({ exitCode }) => order.push(`exit ${exitCode}`)),
  ]);
  return order;
}

describe('spawnChild with notifyFd', () => {
  // 3 is where the shim would tell a failed exec.
  it.each([3, 4, 5, 9, 255])('gives the child descriptor %i and no other one', async (notifyFd) => {
    const [without, child] = await Promise.all([
      spawnChild('sleep', ['1000']),
      start(`echo > /dev/fd/${notifyFd}; exec sleep 1000`, { notifyFd }),
    ]);
    expect(await child.ready).toBe(true);
    const others = descriptorsOf(without.pid);
    const added = (): string[] => descriptorsOf(child.pid).filter((fd) => !others.includes(fd));
    // The shell has one more, until it is the sleep.
    await expect.poll(added).toEqual([String(notifyFd)]);
    await Promise.all([end(child), end(without)]);
  });

  it('takes anything before the newline for nothing, in however many pieces', async () => {
    const script =
      'trap "printf \'b\\nc\' >&3; exit" TERM; printf a >&3; echo said; sleep 1000 & wait';
    const child = await spawnChild('sh', ['-c', script], { output: 'pipe', notifyFd: 3 });
    await once(child.stdout, 'data');
    await setImmediate();
    await setImmediate();
    expect(await Promise.race([child.ready, 'not yet'])).toBe('not yet');
    child.kill('SIGTERM');
    expect(await child.ready).toBe(true);
    await end(child);
  });

  it.each([
    ['echo >&3', ['ready true', 'exit 0']],
    ['echo >&3; exit 4', ['ready true', 'exit 4']],
    ['printf starting >&3; echo >&3; kill -KILL $$', ['ready true', 'exit 137']],
    ['exit 5', ['exit 5', 'ready false']],
    ['printf starting >&3', ['exit 0', 'ready false']],
    ['kill -KILL $$', ['exit 137', 'ready false']],
    // Somebody else still has it, and may write to it when nobody listens any more.
    ['sleep 1000 & exit 6', ['exit 6', 'ready false']],
  ])('tells of "%s" in order: %j', { timeout: 30_000 }, async (script, order) => {
    for (let round = 0; round < 10; round++) {
      const child = await start(script);
      expect(await settled(child)).toEqual(order);
      await end(child);
    }
  });

  it('is not ready when it closes the descriptor, though it goes on', async () => {
    const child = await start('printf x >&3; exec 3>&-; exec sleep 1000');
    expect(await child.ready).toBe(false);
    expect(child.kill('SIGTERM')).toBe(true);
    expect(await child.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  });

  it('is ready when a process below it says so', async () => {
    const child = await start('(exec 1>&-; echo >&3); exec 3>&-; exec sleep 1000');
    expect(await child.ready).toBe(true);
    await end(child);
  });

  it('reads no more after the newline: a later write fails', async () => {
    const child = await start(
      'trap "" PIPE; echo >&3; exec 2>&-; while echo >&3; do :; done; exit 7',
    );
    expect(await child.ready).toBe(true);
    expect(await child.exited).toEqual({ exitCode: 7 });
  });

  it('takes its output beside it', async () => {
    const child = await spawnChild('sh', ['-c', 'echo out; echo err >&2; echo >&3'], {
      output: 'pipe',
      notifyFd: 3,
    });
    const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
    expect([out.join(''), err.join('')]).toEqual(['out\n', 'err\n']);
    expect(await child.ready).toBe(true);
  });

  it.each([3, 9])('reports a failed exec, with descriptor %i taken', async (notifyFd) => {
    await expect(spawnChild('/etc/passwd', [], { notifyFd })).rejects.toMatchObject({
      code: 'COMMAND_NOT_EXECUTABLE',
    });
  });

  it('leaves no descriptor behind', async () => {
    const before = descriptorsOf('self');
    for (const script of ['echo >&3', 'exec 3>&-; sleep 0.01', 'sleep 1000 & exit 0']) {
      const child = await start(script);
      await Promise.all([child.ready, child.exited]);
      await end(child);
    }
    await spawnChild('/etc/passwd', [], { notifyFd: 3 }).catch(() => {});
    await expect.poll(() => descriptorsOf('self')).toEqual(before);
  });

  it.each([2, -1, 3.5, 256, Number.NaN])('refuses the descriptor %d', async (notifyFd) => {
    await expect(spawnChild('true', [], { notifyFd })).rejects.toMatchObject({
      name: 'OptionError',
      message: `Expected notifyFd of spawnChild to be a whole number from 3 to 255, got ${notifyFd}`,
    });
  });

  it('says off Linux that it cannot be had', async () => {
    const system = { ...realSystem, platform: 'darwin' } as const;
    await expect(spawnChild('true', [], { notifyFd: 3, system })).rejects.toMatchObject({
      code: 'UNSUPPORTED_PLATFORM',
    });
  });

  it('is true from the start without it', async () => {
    const child = await spawnChild('sleep', ['1000']);
    expect(await child.ready).toBe(true);
    await end(child);
  });
});
