import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { isolate, runAsSubreaper } from '../harness/container.ts';
import { image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { descendantsOf } from '../harness/proc.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const strace = installed({ strace: 'strace' }, 'pid1 on an old kernel');

/** Without a system call, as an old kernel or the seccomp profile of an old Docker has it. */
const without = (syscall: string, error: string): string[] => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${syscall}`],
  ...['-e', `inject=${syscall}:error=${error}`, '--'],
];
const places = {
  'as PID 1': ['unshare', ...isolate],
  'as subreaper': [],
};

// Those that are younger than Linux 4.18, and those that a seccomp profile is known to forbid.
const cases = [
  'close_range',
  'statx',
  'clone3',
  'faccessat2',
  'execveat',
  'pidfd_open',
  'epoll_pwait2',
]
  .flatMap((syscall) => ['ENOSYS', 'EPERM'].map((error) => [syscall, error] as const))
  .flatMap(([syscall, error]) =>
    Object.entries(places).map(([name, place]) => [syscall, error, name, place] as const),
  );

describe.skipIf(!strace)('a system call that is not there changes nothing that a user sees', () => {
  it.each(cases)('%s with %s, %s', async (syscall, error, _, place) => {
    using app = image({
      'main.sh':
        '#!/bin/sh\nsh -c "trap \'echo cleaned; exit\' TERM; echo up; while :; do sleep 0.01; done" &\nread -r line <file && exec sleep 1000',
      file: 'text\n',
    });
    const script = 'exec 7<file; exec "$0" --grace 60s -- ./main.sh';
    await using container = await runAsSubreaper(
      [...without(syscall, error), ...place, 'sh', '-c', script, pid1],
      { cwd: app.root },
    );
    await container.seen(/up/);
    const init = descendantsOf(container.init).find(({ argv }) => argv[0] === pid1);
    await until('the program', () =>
      descendantsOf(container.init).some(({ argv }) => argv[1] === '1000'),
    );
    // The program runs while pid1 still closes one after the other.
    await until('pid1 to have 0, 1 and 2 alone', () =>
      isDeepStrictEqual(readdirSync(`/proc/${init?.pid}/fd`).sort(), ['0', '1', '2']),
    );
    process.kill(init?.pid ?? 0, 'SIGTERM');
    expect(await container.exited).toBe(143);
    expect(container.stdout()).toBe('up\ncleaned\n');
    expect(container.stderr()).not.toContain('pid1');
  });

  it.each(['ENOSYS', 'EPERM'])('prctl with %s: told, and it goes on', async (error) => {
    await using container = await runAsSubreaper([
      ...without('prctl', error),
      ...[pid1, '--', 'sh', '-c', 'exit 7'],
    ]);
    expect(await container.exited).toBe(7);
    expect(container.stderr()).toBe(
      'pid1: cannot become a subreaper: orphans go to the PID 1 above\n',
    );
  });
});
