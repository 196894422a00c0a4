import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { isolate } from '../harness/container.ts';
import { installed } from '../harness/installed.ts';
import { childrenOf, descendantsOf, type Process, readProcess, statusOf } from '../harness/proc.ts';
import { startOutcome } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const forks = 'clone,clone3,fork,vfork';

/** Where the start is held up, and how far it must be when the signal is sent. */
const moments = [
  ['before the fork', forks, 'delay_enter', 'pid1'],
  ['after the fork, before pid1 goes on', forks, 'delay_exit', 'child'],
  ['before setpgid', 'setpgid', 'delay_enter', 'child'],
  ['after setpgid', 'setpgid', 'delay_exit', 'child'],
  ['before setsid', 'setsid', 'delay_enter', 'child'],
  ['after setsid', 'setsid', 'delay_exit', 'child'],
  ['before the mask and the handlers are restored', 'rt_sigaction', 'delay_enter', 'pid1'],
  ['before exec', 'execve', 'delay_enter', 'child'],
] as const;
/** Every moment with every set of options that has it. */
const cells = [[], ['--group'], ['--setsid'], ['--group', '--setsid']].flatMap((options) =>
  moments
    .filter(([, syscalls]) => syscalls !== 'setsid' || options.includes('--setsid'))
    .filter(([, syscalls]) => syscalls !== 'setpgid' || !options.includes('--setsid'))
    .map((moment) => [options.join(' ') || 'no option', ...moment, options] as const),
);
const places = [
  ['as PID 1', ['unshare', ...isolate]],
  ['as subreaper', []],
] as const;

const strace = installed({ strace: 'strace' }, 'signals while pid1 starts');

describe.skipIf(!strace).each(places)('%s', (_, place) => {
  it.concurrent.each(cells)(
    'SIGTERM with %s %s: 143',
    async (_option, _moment, syscalls, delay, far, options) => {
      const inject = `inject=${syscalls}:${delay}=400000`;
      const { pid, outcome } = startOutcome([
        ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${syscalls}`, '-e', inject],
        ...['--', ...place, pid1, ...options, '--', 'sleep', '1000'],
      ]);
      const init = await until('pid1, with its signals blocked', () => {
        if (readProcess(pid) === undefined) throw new Error('it has ended');
        return descendantsOf(pid).find((process) => isReady(process));
      });
      if (far === 'child') await until('its child', () => descendantsOf(init.pid).length > 1);
      process.kill(init.pid, 'SIGTERM');
      expect(await outcome).toMatchObject({ code: 143, stderr: '' });
    },
  );
});

/**
 * Before that the kernel drops what it gets as PID 1, and ends it elsewhere. Later, when it waits for signals, none shows
 * as blocked; by then it has a child.
 */
function isReady({ pid, argv }: Process): boolean {
  if (argv[0] !== pid1) return false;
  return statusOf(pid, 'SigBlk') === 'fffffffffffbfeff' || childrenOf(pid).length > 0;
}
