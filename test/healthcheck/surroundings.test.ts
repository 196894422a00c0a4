import { copyFileSync, mkdirSync } from 'node:fs';
import { healthcheckPath } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsSubreaper } from '../harness/container.ts';
import { image } from '../harness/image.ts';
import { answers, serve } from '../harness/misbehaving-server.ts';
import { outcome } from '../harness/run.ts';

const healthcheck = healthcheckPath();
const refused = 'healthcheck: tcp://127.0.0.1:1: connection refused: nothing listens there\n';
const nobody = 'tcp://127.0.0.1:1';
const sh = (script: string, ...args: readonly string[]) =>
  outcome(['sh', '-c', script, 'sh', healthcheck, ...args]);

describe('standard descriptors that are not as they should be', () => {
  it.each([
    ['stdin', '"$@" <&-'],
    ['stdout', '"$@" >&-'],
    ['stderr', '"$@" 2>&-'],
    ['all', '"$@" <&- >&- 2>&-'],
  ])('%s is closed', async (_, script) => {
    await using server = await serve(answers('HTTP/1.1 200 OK\r\n\r\n'));
    const target = `http://127.0.0.1:${server.port}/`;
    expect((await sh(script, target)).code).toBe(0);
    expect((await sh(script, nobody)).code).toBe(1);
  });

  // Its socket is descriptor 2 then.
  it('a closed stderr never gets the line into a socket', async () => {
    await using server = await serve(answers('HTTP/1.1 500 x\r\n\r\n', { ends: false }));
    expect((await sh('"$@" <&- >&- 2>&-', `http://127.0.0.1:${server.port}/`)).code).toBe(1);
    expect(server.received()).not.toContain('healthcheck:');
  });

  it.each([
    ['stderr', '"$@" 2>&4; echo $?', nobody, ''],
    ['stdout', '"$@" >&4; echo $?', '--help', 'healthcheck: cannot write to stdout\n'],
  ])('nobody reads %s any more: exit code 1, no SIGPIPE', async (_, script, argument, stderr) => {
    using root = image({});
    const pipe = root.path('pipe');
    const broken = `mkfifo ${pipe}; exec 3<>${pipe} 4>${pipe} 3<&-; ${script}`;
    expect(await sh(broken, argument)).toEqual({ code: 0, stdout: '1\n', stderr });
  });

  it('a stderr that is full, and that nobody reads: it ends with its timeout', async () => {
    using root = image({});
    // Both ends of a pipe in one shell: it is never closed, and never read.
    const fill = `
      mkfifo ${root.path('full')}; exec 3<>${root.path('full')}
      dd if=/dev/zero of=${root.path('full')} bs=4096 count=16 oflag=nonblock 2>/dev/null
      "$@" --timeout 300ms 2>&3; echo $?`;
    expect((await sh(fill, nobody)).stdout).toBe('1\n');
    expect((await sh(fill, '--nonsense')).stdout).toBe('1\n');
  });
});

describe('a process that was started oddly', () => {
  it('with every signal blocked and ignored', async () => {
    const script = 'trap "" PIPE ALRM TERM INT HUP CHLD; "$@"';
    expect(await sh(script, nobody)).toEqual({ code: 1, stdout: '', stderr: refused });
  });

  it('with an environment that is empty, huge, or holds what is no variable', async () => {
    const env = { A: 'x'.repeat(100_000), B: '${A}', '1': '=' };
    for (const one of [{}, env]) {
      const result = await outcome([healthcheck, nobody], { env: one });
      expect(result).toEqual({ code: 1, stdout: '', stderr: refused });
    }
  });

  it('with no descriptor left', async () => {
    expect(await sh('ulimit -n 3; "$@"', nobody)).toEqual({
      code: 1,
      stdout: '',
      stderr: `healthcheck: ${nobody}: no descriptor is left\n`,
    });
  });

  it('stopped and continued while it waits', async () => {
    await using server = await serve(() => {});
    const target = `http://127.0.0.1:${server.port}/`;
    await using look = await runAsSubreaper([healthcheck, '--timeout', '1s', target]);
    await expect.poll(() => server.received()).toContain('GET /');
    for (let count = 0; count < 20; count++) {
      look.kill('SIGSTOP');
      look.kill('SIGCONT');
      look.kill('SIGWINCH');
    }
    expect(await look.exited).toBe(1);
    expect(look.stderr()).toBe(`healthcheck: ${target}: connected, but no answer in 1000 ms\n`);
  });
});

it('works in a root that holds nothing else, as FROM scratch', async () => {
  using root = image({});
  mkdirSync(root.path('sbin'));
  copyFileSync(healthcheck, root.path('sbin/healthcheck'));
  await using server = await serve(answers('HTTP/1.1 200 OK\r\n\r\n'));
  const inside = [
    'unshare',
    '--user',
    '--map-root-user',
    `--root=${root.root}`,
    '/sbin/healthcheck',
  ];
  expect(await outcome([...inside, `http://localhost:${server.port}/`])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(await outcome([...inside, nobody])).toEqual({ code: 1, stdout: '', stderr: refused });
});
