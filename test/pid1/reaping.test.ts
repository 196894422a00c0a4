import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { installed } from '../harness/installed.ts';
import { childrenOf, descendantsOf } from '../harness/proc.ts';
import { eachOf, outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();

describe.each([
  ['as PID 1', runAsInit, 100_000],
  ['as subreaper', runAsSubreaper, 20_000],
] as const)('%s', (_, run, orphans) => {
  it(`${orphans} orphans in bursts of 500: none is left, no status is lost`, async () => {
    const rounds = orphans / 500;
    await using container = await run([pid1, '--', fixture('orphans'), `${rounds}`, '500', '0']);
    await container.seen(/done/);
    await until('no zombie', () => container.processes().length === 2);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
  });

  it('20000 orphans while real-time signals come: none is lost, and they stay in order', async () => {
    const script = '("$0" 40 500 7 &); exec "$1"';
    const program = ['sh', '-c', script, fixture('orphans'), fixture('signal-log')];
    await using container = await run([pid1, '--', ...program]);
    await container.seen(/ready/);
    const values = Array.from({ length: 3000 }, (_, index) => String(index));
    const send = [fixture('send'), 'queue', String(container.init), '40', ...values];
    expect(await outcome(send)).toMatchObject({ code: 0 });
    await container.seen(/value 2999 /);
    const received = [...container.stdout().matchAll(/^signal 40 code -1 value (\d+) /gm)];
    expect(received.map(([, value]) => value)).toEqual(values);
    await until('no zombie', () => container.processes().length === 2);
  });

  it('orphans that stop and continue are not taken for dead', async () => {
    const script = `sh -c 'sh -c "kill -STOP \\$\\$; echo continued; exec sleep 1000" &'
      echo ready; exec sleep 1000`;
    await using container = await run([pid1, '--', 'sh', '-c', script]);
    await container.seen(/ready/);
    const orphan = await until('the stopped orphan', () =>
      container.processes().find(({ state }) => state === 'T'),
    );
    process.kill(orphan.pid, 'SIGCONT');
    await container.seen(/continued/);
    process.kill(orphan.pid, 'SIGKILL');
    await until('the end of the orphan', () => container.processes().length === 2);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
  });
});

describe.each([
  ['as PID 1', outcomeAsInit],
  ['as subreaper', outcome],
] as const)('%s', (_, run) => {
  it('a program that ends within a burst of orphans: its exit code, 100 times', async () => {
    const codes = Array.from({ length: 100 }, (_, index) => 100 + (index % 100));
    const results = await eachOf(codes, (code) =>
      run([pid1, '--', fixture('orphans'), '1', '50', String(code)]),
    );
    expect(results.map(({ code }) => code)).toEqual(codes);
  });
});

describe('--no-subreaper', () => {
  it('leaves orphans to the init above', async () => {
    const script = 'sh -c "echo ready; exec sleep 1000" & exec sleep 1000';
    const inner = [pid1, '--no-subreaper', '--', 'sh', '-c', `sh -c '${script}'`];
    await using container = await runAsInit([pid1, '--', ...inner]);
    await container.seen(/ready/);
    const [, below] = container.processes();
    expect(descendantsOf(below?.pid ?? 0).map(({ argv }) => argv[0])).toContain('sleep');
  });
});

const strace = installed({ strace: 'strace' }, 'a flood of orphans against a slow pid1');

describe.skipIf(!strace)('a flood of orphans', () => {
  it('holds up no signal, though they come faster than they can be reaped', async () => {
    // All of them would take a minute. Few enough to leave pids to others, and in a namespace, which ends them.
    const slow = ['-e', 'trace=wait4', '-e', 'inject=wait4:delay_exit=40000'];
    const flood = '("$0" 1500 1500 >/dev/null &); trap "echo told; exit 4" USR1; echo up';
    await using container = await runAsInit([
      ...['strace', '-qq', '-o', '/dev/null', ...slow, '--', pid1, '--', 'sh', '-c'],
      ...[`${flood}; while :; do sleep 0.1; done`, fixture('orphan-flood')],
    ]);
    await container.seen(/up/);
    const init = await until('pid1', () =>
      childrenOf(container.init).find(({ argv }) => argv[0] === pid1),
    );
    const zombies = (): number => childrenOf(init.pid).filter(({ state }) => state === 'Z').length;
    await until('more than it can reap', () => zombies() > 1000);
    process.kill(init.pid, 'SIGUSR1');
    await container.seen(/told/);
    expect(await container.exited).toBe(4);
  });
});
