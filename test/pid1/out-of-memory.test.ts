import { accessSync, constants, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { isolate } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { type Outcome, outcome } from '../harness/run.ts';

const pid1 = pid1Path();

/** A container's /sys/fs/cgroup: with version 2 one cgroup is mounted there, with version 1 one for each controller. */
const versions = {
  2: { folder: '.', events: 'memory.events', limit: 'memory.max', none: 'max' },
  1: {
    folder: 'memory',
    events: 'memory.oom_control',
    limit: 'memory.limit_in_bytes',
    none: '9223372036854771712',
  },
} as const;
type Version = keyof typeof versions;

/** Runs a shell script as the main child; its function `kernel_kills` counts one as the kernel does. */
function run(version: Version, limit: string, script: string, ...init: string[]): Promise<Outcome> {
  const { folder, events, limit: limitFile } = versions[version];
  const count = (kills: number): string =>
    `printf 'low 0\\nhigh 0\\noom 9\\noom_kill ${kills}\\noom_group_kill 0\\n' > ${folder}/${events}`;
  const setUp = `mount -t tmpfs none /sys/fs/cgroup; cd /sys/fs/cgroup; mkdir -p ${folder}
    ${count(3)}; echo ${limit} > ${folder}/${limitFile}; exec "$@"`;
  const program = `kernel_kills() { cd /sys/fs/cgroup; ${count(4)}; }; ${script}`;
  // pid1 has looked when it is back from the start of the program; nothing tells the program so.
  const looked =
    'until [ "$(cat /proc/$PPID/wchan)" = do_sigtimedwait ] || [ $((i += 1)) -gt 100 ]; do :; done';
  return outcome([
    ...['unshare', ...isolate.filter((option) => option !== '--'), '--mount', '--'],
    ...['sh', '-c', setUp, 'sh', pid1, ...init, '--', 'sh', '-c', `${looked}; ${program}`],
  ]);
}

describe('the kernel killed the main child for memory: one line, with the limit', () => {
  it.each([
    [2, '536870912', 'the limit of its cgroup is 512 MiB'],
    [2, '1536000', 'the limit of its cgroup is 1500 KiB'],
    [
      2,
      'max',
      'whose cgroup has no limit of its own: the machine, or a cgroup above, has no memory left',
    ],
    [1, '33554432', 'the limit of its cgroup is 32 MiB'],
    [
      1,
      versions[1].none,
      'whose cgroup has no limit of its own: the machine, or a cgroup above, has no memory left',
    ],
  ] as const)('version %i, %s', async (version, limit, said) => {
    const { code, stderr } = await run(version, limit, 'kernel_kills; kill -9 $$');
    expect(stderr.replace(/pid \d+/, 'PID')).toBe(
      `pid1: out of memory: the kernel killed PID, ${said}\n`,
    );
    expect(code).toBe(137);
  });

  it('also when it was the child of a package manager, which ends with 137', async () => {
    const { code, stderr } = await run(2, '1048576', 'kernel_kills; exit 137', '-G', '10s');
    expect(stderr).toContain('out of memory');
    expect(code).toBe(137);
  });

  it('also after a handoff', async () => {
    const sender = `kernel_kills; exec ${fixture('handoff')} "app dies after the answer"`;
    const { code, stderr } = await run(2, '1048576', sender);
    expect(stderr).toMatch(
      /^pid1: out of memory: the kernel killed pid \d+, the limit of its cgroup is 1 MiB\n$/,
    );
    expect(code).toBe(137);
  });

  it.each([
    ['somebody else killed it', 'kill -9 $$', 137],
    ['another process was killed', 'kernel_kills; exit 3', 3],
    ['it ended by itself', 'exit 0', 0],
  ])('nothing when %s', async (_, script, code) => {
    expect(await run(2, '1048576', script)).toMatchObject({ code, stderr: '' });
  });
});

const real = ownCgroup();

describe.skipIf(real === undefined)('a real cgroup', () => {
  it('with a limit of 32 MiB', async () => {
    const { folder, limit } = real ?? { folder: '', limit: '' };
    mkdirSync(folder);
    try {
      writeFileSync(`${folder}/${limit}`, '33554432');
      const hog = 'const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1));';
      const enter = `echo $$ > ${folder}/cgroup.procs; exec "$@"`;
      const { code, stderr } = await outcome([
        ...['sh', '-c', enter, 'sh', pid1, process.execPath, '-e', hog],
      ]);
      expect(stderr).toMatch(
        /^pid1: out of memory: the kernel killed pid \d+, the limit of its cgroup is 32 MiB\n$/m,
      );
      expect(code).toBe(137);
    } finally {
      rmdirSync(folder);
    }
  });
});

/** Where a memory cgroup can be made, or undefined, which is said on stderr. */
function ownCgroup(): { folder: string; limit: string } | undefined {
  const name = `twenty-init-${process.pid}`;
  const [root, limit] = existsSync('/sys/fs/cgroup/memory')
    ? ['/sys/fs/cgroup/memory', versions[1].limit]
    : ['/sys/fs/cgroup', versions[2].limit];
  try {
    accessSync(root, constants.W_OK);
    mkdirSync(`${root}/${name}`);
    const has = existsSync(`${root}/${name}/${limit}`);
    rmdirSync(`${root}/${name}`);
    if (has) return { folder: `${root}/${name}`, limit };
  } catch {}
  process.stderr.write(
    'out of memory in a real cgroup: skipped: no memory cgroup can be made here\n',
  );
  return undefined;
}
