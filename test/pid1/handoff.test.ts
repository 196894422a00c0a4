import { constants } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture, testFolder } from '../harness/fixture.ts';
import { childrenOf, processes, readProcess } from '../harness/proc.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const storm = fixture('handoff-storm');
const runs = 50;

describe.each(['namespace', 'subreaper'])(
  'a storm of signals across a handoff, %s: none lost, none doubled, in order',
  (place) => {
    it.each([
      ['a sender in C', [storm, 'sender']],
      [
        'the real sender, in Node',
        [process.execPath, join(testFolder(), 'fixtures', 'handoff-sender.mjs')],
      ],
    ])(`%s, ${runs} runs`, async (_, sender) => {
      const command = [storm, String(runs), place, pid1, '--', ...sender];
      expect(await outcomeAsInit(command)).toEqual({ code: 0, stdout: '', stderr: '' });
    });
  },
);

const refused = (to: string): RegExp =>
  new RegExp(
    `^pid1: refused a handoff to ${to} from \\d+: only the main child may hand off, to its descendant\n$`,
  );

describe.each([
  ['as PID 1', outcomeAsInit],
  ['as subreaper', outcome],
] as const)('%s: a handoff', (_, run) => {
  it.each([
    ['whose app is dead already', 'app is dead', 5],
    ['whose app is dead and reaped, a millisecond after it was announced', 'app is reaped', 5],
    ['whose app dies before the answer', 'app dies before the answer', 137],
    [
      'whose app dies between the answer and the end of the sender',
      'app dies after the answer',
      137,
    ],
    ['whose sender reaps the app', 'reaps the app', 5],
    ['that holds real-time signals back, in their order', 'holds real-time', 0],
    ['that is announced, and 70 signals of its own number: some dropped', 'flood of 64', 0],
  ])('%s: %s ends with %i', async (_, name, code) => {
    const result = await run([pid1, '--', fixture('handoff'), name]);
    expect(result).toMatchObject({ code, stderr: '' });
  });

  it('that does not fit into the queue (EAGAIN) is known to the sender, which stays', async () => {
    // It is the receiver's limit that counts.
    const limited = ['prlimit', '--sigpending=0', '--', pid1, '--'];
    const result = await run([...limited, fixture('handoff'), 'queue is full']);
    expect(result).toEqual({ code: constants.errno.EAGAIN, stdout: '', stderr: '' });
  });

  it.each([
    ['to pid1 itself', 'to pid1', '\\d+'],
    ['to a pid that nobody has', 'to nobody', '4000000'],
    ['by one that is not the main child', 'by a child', '\\d+'],
  ])('%s is refused with one line, and not answered', async (_, name, to) => {
    const result = await run([pid1, '--', fixture('handoff'), name]);
    expect(result.code).toBe(78);
    expect(result.stderr).toMatch(refused(to));
  });
});

describe.each([
  ['as PID 1', runAsInit],
  ['as subreaper', runAsSubreaper],
] as const)('%s: after a handoff', (_, run) => {
  const ended = (container: { init: number }): Promise<unknown> =>
    until('the end of the sender', () => childrenOf(container.init).length === 1);

  it.each([
    ['the sender waits for the answer', 'accepted', 5],
    ['the sender exits at once', 'exits at once', 5],
    ['to the sender itself', 'to itself', 5],
    ['with a grace that is over', 'with grace', 137],
    ['with "forwarded" as success', 'forwarded is success', 0],
  ])('%s: the app gets SIGTERM, and its code is the result', async (_, name, code) => {
    await using container = await run([pid1, '--', fixture('handoff'), name]);
    await container.seen(/app\n/);
    await ended(container);
    // It must be the app, and no longer the sender, that is there.
    await until('the app alone', () =>
      container.processes().every(({ state }) => state !== 'Z' && state !== 'R'),
    );
    container.kill('SIGTERM');
    expect(await container.exited).toBe(code);
  });

  it('an app that did not become a child of pid1: the code of the sender', async () => {
    await using container = await run([pid1, '--', fixture('handoff'), 'to a grandchild']);
    await until('the end of pid1', () => (readProcess(container.init)?.state ?? 'Z') === 'Z');
    // As PID 1 it took them with it; else they stay, and keep the output open.
    for (const { pid, argv } of processes())
      if (argv.join(' ') === `${fixture('handoff')} to a grandchild`) killIfThere(pid);
    expect(await container.exited).toBe(77);
  });

  it('a forged one from outside is refused, and not forwarded', async () => {
    await using container = await run([pid1, '--', fixture('signal-log')]);
    await container.seen(/ready/);
    const app = childrenOf(container.init)[0]?.pid ?? 0;
    const value = `0x${((0x5049n << 48n) | BigInt(app)).toString(16)}`;
    const send = [fixture('send'), 'queue', String(container.init), '64', value];
    expect(await outcome(send)).toMatchObject({ code: 0 });
    await container.seen(/refused a handoff/);
    container.kill('SIGUSR1');
    await container.seen(/signal 10 /);
    expect(container.stderr()).toMatch(refused('\\d+'));
    expect(container.stdout()).not.toContain('signal 64');
  });
});

describe('--pause has no main child', () => {
  it.each([
    ['an announcement', 0n],
    ['a handoff', 1n],
  ])('and refuses %s, also from outside of its namespace', async (_, pid) => {
    await using container = await runAsInit([pid1, '--pause']);
    await until('pid1 to wait', () => {
      const init = readProcess(container.init);
      return init?.argv[0] === pid1 && init.state === 'S';
    });
    const value = `0x${((0x5049n << 48n) | pid).toString(16)}`;
    const send = [fixture('send'), 'queue', String(container.init), '64', value];
    expect(await outcome(send)).toMatchObject({ code: 0 });
    await container.seen(refused(String(pid)));
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
  });
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
