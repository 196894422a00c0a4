import { getEventListeners, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import crossSpawn from 'cross-spawn';
import { describe, expect, it } from 'vitest';
import { type JobState, pid1Path, spawnChild } from '../../src/index.ts';
import { realSystem, type System } from '../../src/system.ts';

const mac: System = { ...realSystem, platform: 'darwin' };
const linux: System = { ...realSystem, platform: 'linux' };

describe.each([
  ['Linux', linux],
  ['another platform', mac],
])('spawnChild on %s', (_, system) => {
  const long = 'x'.repeat(3_000_000);

  it.each([
    ['a missing cwd', 'true', [], { cwd: '/no/such' }, 'CWD_MISSING', 78],
    ['a missing command', 'no-such-command', [], {}, 'COMMAND_NOT_FOUND', 127],
    ['a missing path', '/no/such/command', [], {}, 'COMMAND_NOT_FOUND', 127],
    ['a file that is not executable', '/etc/passwd', [], {}, 'COMMAND_NOT_EXECUTABLE', 126],
    ['a directory', '/etc', [], {}, 'COMMAND_NOT_EXECUTABLE', 126],
    [
      'arguments that are too long (thrown, not emitted)',
      'true',
      [long],
      {},
      'COMMAND_NOT_EXECUTABLE',
      126,
    ],
    ['a NUL byte (thrown)', 'true', ['\0'], {}, 'SPAWN_FAILED', 126],
  ] as const)('%s', async (_, command, args, options, code, exitCode) => {
    const child = spawnChild(command, [...args], { ...options, system });
    await expect(child).rejects.toMatchObject({ name: 'CoreError', code, exitCode });
  });

  it('runs a program as the leader of its group, and reports its end', async () => {
    const child = await spawnChild('sh', ['-c', 'cat /proc/$$/stat; exit 7'], {
      output: 'pipe',
      stdin: 'ignore',
      system,
    });
    const fields = (await child.stdout.toArray()).join('').split(' ');
    expect(await child.exited).toEqual({ exitCode: 7 });
    expect(Number(fields[4])).toBe(child.pid);
    expect(child.kill('SIGTERM')).toBe(false);
  });

  it('stops the leader, then its group, and kills what stays', async () => {
    const script = 'sh -c "trap \\"\\" TERM; echo ready; while :; do sleep 1; done" & wait';
    const child = await spawnChild('sh', ['-c', script], { output: 'pipe', system });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const { killed, ...status } = await child.stop({ gracePeriodMs: 100 });
    expect(status).toEqual({ exitCode: 143, signal: 'SIGTERM' });
    expect(killed.length).toBeGreaterThan(0);
    for await (const _ of child.stdout); // ends with the last member
  });

  it('hears of the end of a program that is over before it is heard of, many at a time', {
    timeout: 30_000,
  }, async () => {
    for (let round = 0; round < 10; round++) {
      const ends = Array.from({ length: 10 }, async () => {
        const { exited } = await spawnChild('sh', ['-c', 'exit 7'], { output: 'pipe' });
        return (await exited).exitCode;
      });
      expect(await Promise.all(ends)).toEqual(Array(10).fill(7));
    }
  });

  it('reports the exit while a descendant holds its output open', async () => {
    const child = await spawnChild('sh', ['-c', 'sleep 1000 & exit 3'], { output: 'pipe', system });
    expect(await child.exited).toEqual({ exitCode: 3 });
    await child.stop({ gracePeriodMs: 5000 });
  });
});

describe('spawnChild', () => {
  it.each(['parentDeath', 'foreground', 'onJobChange'] as const)(
    'says of %s in a Worker, or off Linux, that it cannot be had',
    async (name) => {
      const option = { parentDeath: 'SIGKILL', foreground: true, onJobChange: () => {} } as const;
      const options = { [name]: option[name] };
      await expect(
        spawnChild('true', [], { ...options, system: { ...linux, isMainThread: false } }),
      ).rejects.toMatchObject({ code: 'NOT_MAIN_THREAD' });
      await expect(spawnChild('true', [], { ...options, system: mac })).rejects.toMatchObject({
        code: 'UNSUPPORTED_PLATFORM',
      });
    },
  );

  it('reports that a child stops and continues', async () => {
    const states: JobState[] = [];
    let changed = (): void => {};
    const next = (): Promise<void> => new Promise((resolve) => (changed = resolve));
    const listeners = process.listenerCount('SIGCHLD');
    const child = await spawnChild('sleep', ['1000'], {
      onJobChange: (state) => {
        states.push(state);
        changed();
      },
    });
    for (const signal of ['SIGSTOP', 'SIGCONT', 'SIGTSTP', 'SIGCONT'] as const) {
      const change = next();
      child.kill(signal);
      await change;
    }
    child.kill('SIGKILL');
    await child.exited;
    expect(states).toEqual([
      { state: 'stopped', signal: 'SIGSTOP' },
      { state: 'running' },
      { state: 'stopped', signal: 'SIGTSTP' },
      { state: 'running' },
    ]);
    expect(process.listenerCount('SIGCHLD')).toBe(listeners);
  });

  it('does so for any number of children, with one listener', async () => {
    const listeners = process.listenerCount('SIGCHLD');
    const start = () => spawnChild('cat', [], { stdin: 'ignore', onJobChange: () => {} });
    const children = await Promise.all(Array.from({ length: 12 }, start));
    expect(process.listenerCount('SIGCHLD')).toBeLessThanOrEqual(listeners + 1);
    await Promise.all(children.map(({ exited }) => exited));
    expect(process.listenerCount('SIGCHLD')).toBe(listeners);
  });

  it('lets the event loop turn between two starts', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    for (let start = 0; start < 20; start++) await spawnChild('true', []);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('refuses a parentDeath that is no signal', async () => {
    const parentDeath = 'KILL' as 'SIGKILL';
    await expect(spawnChild('true', [], { parentDeath })).rejects.toThrow(RangeError);
  });

  it('tells a missing cwd from a missing command, which cross-spawn does not', async () => {
    const errorOf = async (command: string, cwd: string): Promise<unknown> => {
      const [{ code, syscall }] = await once(crossSpawn(command, { cwd }), 'error');
      return { code, syscall };
    };
    const spawnTrue = { code: 'ENOENT', syscall: 'spawn true' };
    expect(await errorOf('true', '/no/such')).toEqual(spawnTrue);
    expect(await errorOf('no-such', '/')).toEqual({ code: 'ENOENT', syscall: 'spawn no-such' });
    await expect(spawnChild('true', [], { cwd: '/no/such' })).rejects.toMatchObject({
      code: 'CWD_MISSING',
      message: 'cwd "/no/such" does not exist',
    });
  });

  it('refuses a file of no known format, which cross-spawn gives to a shell', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spawn-child-'));
    try {
      const file = join(folder, 'no-shebang');
      writeFileSync(file, 'exit 7\n', { mode: 0o755 });
      expect(await once(crossSpawn(file), 'exit')).toEqual([7, null]);
      await expect(spawnChild(file, [])).rejects.toMatchObject({ exitCode: 126 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('makes one error of what cross-spawn throws and of what it emits', async () => {
    const long = 'x'.repeat(3_000_000);
    expect(() => crossSpawn('true', [long])).toThrow(expect.objectContaining({ code: 'E2BIG' }));
    const [emitted] = await once(crossSpawn('/etc/passwd'), 'error');
    expect(emitted).toMatchObject({ code: 'EACCES' });
    for (const [command, args] of [
      ['true', [long]],
      ['/etc/passwd', []],
    ] as const)
      await expect(spawnChild(command, args)).rejects.toMatchObject({
        name: 'CoreError',
        code: 'COMMAND_NOT_EXECUTABLE',
        exitCode: 126,
      });
  });

  it('tells a death by a real-time signal when the program runs under pid1', async () => {
    const child = await spawnChild(pid1Path(), ['--', 'sh', '-c', 'kill -37 $$']);
    expect(await child.exited).toEqual({ exitCode: 165 });
    const bare = await spawnChild('sh', ['-c', 'kill -37 $$']);
    expect(await bare.exited).toEqual({ exitCode: 0 });
  });

  it('gives the child the soft limit on open files that Node had raised', async () => {
    const limit = /Max open files\s+(\d+)/.exec(
      readFileSync(`/proc/${process.ppid}/limits`, 'utf8'),
    );
    const child = await spawnChild('sh', ['-c', 'ulimit -Sn'], { output: 'pipe' });
    expect((await child.stdout.toArray()).join('').trim()).toBe(limit?.[1]);
  });

  it.each([
    [0.5, 1000, 137],
    [60_000.5, 0.05, 4],
    [2 ** 31, 0.05, 4],
    [Number.POSITIVE_INFINITY, 0.05, 4],
  ])(
    'takes a grace period of %d ms, and the child %d s: exit %i',
    { timeout: 30_000 },
    async (gracePeriodMs, seconds, code) => {
      const script = `trap "sleep ${seconds}; exit 4" TERM; echo ready; while :; do sleep 0.01; done`;
      const child = await spawnChild('sh', ['-c', script], { output: 'pipe' });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const { exitCode } = await child.stop({ gracePeriodMs });
      expect(exitCode).toBe(code);
    },
  );

  it('refuses a grace period of NaN', async () => {
    const child = await spawnChild('sleep', ['1000']);
    await expect(child.stop({ gracePeriodMs: Number.NaN })).rejects.toThrow(RangeError);
    await child.stop({ gracePeriodMs: 5000 });
  });

  it('says of a file of no known format what is wrong with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spawn-child-'));
    try {
      const file = join(folder, 'garbage');
      writeFileSync(file, 'no program\n', { mode: 0o755 });
      await expect(spawnChild(file, [])).rejects.toMatchObject({
        code: 'COMMAND_NOT_EXECUTABLE',
        exitCode: 126,
        message: expect.stringContaining('no #! line'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says that the cwd of this process is gone', async () => {
    const cwd = (): never => {
      throw Object.assign(new Error('uv_cwd'), { code: 'ENOENT' });
    };
    await expect(spawnChild('true', [], { system: { ...linux, cwd } })).rejects.toMatchObject({
      code: 'CWD_MISSING',
    });
    const child = await spawnChild('true', [], { system: { ...linux, cwd }, cwd: '/' });
    expect(await child.exited).toEqual({ exitCode: 0 });
  });

  it('lets go of a program that ignores every signal only by force', async () => {
    const child = await spawnChild(
      'sh',
      ['-c', 'trap "" TERM; echo ready; sleep 1000; sleep 1000'],
      {
        output: 'pipe',
      },
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const force = new AbortController();
    const stopped = child.stop({ gracePeriodMs: 3_600_000, force: force.signal });
    await delay(0);
    force.abort();
    expect(await stopped).toMatchObject({ exitCode: 137 });
    expect(existsSync(`/proc/${child.pid}`)).toBe(false);
  });

  it('kill(15) and kill() are a SIGTERM, kill(0) only asks', async () => {
    for (const signal of [15, undefined]) {
      const child = await spawnChild('sleep', ['1000']);
      expect(child.kill(0)).toBe(true);
      expect(child.kill(signal)).toBe(true);
      expect(await child.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
      expect(child.kill(0)).toBe(false);
    }
    const child = await spawnChild('sleep', ['1000']);
    expect(() => child.kill(65)).toThrow(RangeError);
    expect(child.group.kill(9)).toBe(true);
    expect(await child.exited).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  });

  it('stop() without arguments sends SIGTERM', async () => {
    const child = await spawnChild('sleep', ['1000']);
    expect(await child.stop()).toEqual({ exitCode: 143, signal: 'SIGTERM', killed: [] });
  });

  it('takes numbers for signals: stop({ signal: 2 }), parentDeath: 9', async () => {
    const child = await spawnChild('sleep', ['1000'], { parentDeath: 9 });
    expect(await child.stop({ signal: 2 })).toMatchObject({ signal: 'SIGINT' });
  });

  it('await using stops it at the end of the block', async () => {
    const child = await spawnChild('sleep', ['1000']);
    {
      await using mine = child;
      expect(mine.kill(0)).toBe(true);
    }
    expect(await child.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  });

  it('stops when its AbortSignal is aborted', async () => {
    const abort = new AbortController();
    const child = await spawnChild('sleep', ['1000'], { signal: abort.signal });
    abort.abort();
    expect(await child.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  });

  it('starts nothing when its AbortSignal is aborted already', async () => {
    const reason = new Error('too late');
    const child = spawnChild('sleep', ['1000'], { signal: AbortSignal.abort(reason) });
    await expect(child).rejects.toMatchObject({ code: 'CANCELED', cause: reason });
  });

  it('stops when its AbortSignal is aborted while it starts', async () => {
    const abort = new AbortController();
    const child = spawnChild('sleep', ['1000'], { signal: abort.signal });
    abort.abort();
    expect(await (await child).exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  });

  it('lets go of the AbortSignal at the end of the child', async () => {
    const { signal } = new AbortController();
    const child = await spawnChild('true', [], { signal });
    await child.exited;
    await delay(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
