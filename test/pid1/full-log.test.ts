import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { type Container, isolate, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { descendantsOf } from '../harness/proc.ts';
import { outcome } from '../harness/run.ts';

const pid1 = pid1Path();
const places = {
  'as PID 1': ['unshare', ...isolate],
  'as subreaper': [],
} as const;
const kinds = ['pipe', 'socket', 'terminal'] as const;
const rows = kinds.flatMap((kind) =>
  Object.entries(places).map(([name, place]) => [kind, name, place] as const),
);

/** Ends at nothing but SIGKILL, and tells what it hears. */
const deaf = `for signal in TERM INT USR1; do trap "echo got $signal" $signal; done
  echo up; while :; do sleep 0.01; done`;

/** Starts the program behind a stderr that is full, and waits until it is up. */
async function runFull(kind: string, command: readonly string[]): Promise<Container> {
  const container = await runAsSubreaper([fixture('full'), kind, ...command]);
  await container.seen(/up/);
  return container;
}

function toInit(container: Container, signal: NodeJS.Signals): void {
  const init = descendantsOf(container.init).find(({ argv }) => argv[0] === pid1);
  process.kill(init?.pid ?? 0, signal);
}

describe.each(rows)('stderr is a %s that is full and that nobody reads, %s', (kind, _, place) => {
  it.each([[[]], [['-v', '-w', '-z']]])(
    '%j: the grace period ends with SIGKILL and 137, and signals are forwarded until then',
    async (options) => {
      const init = [pid1, '-G', '300ms', ...options, '--', 'sh', '-c', deaf];
      await using container = await runFull(kind, [...place, ...init]);
      toInit(container, 'SIGUSR1');
      await container.seen(/got USR1/);
      toInit(container, 'SIGTERM');
      expect(await container.exited).toBe(137);
      expect(container.stdout()).toContain('got TERM');
    },
  );

  it('-w -v: orphans are reaped, and the exit code is the program’s', async () => {
    const orphan = "orphan=$(sh -c 'sleep 0.02 >/dev/null & echo $!')";
    const script = `for i in 1 2 3; do ${orphan}; while [ -e /proc/$orphan ]; do :; done; done; exit 5`;
    const init = [pid1, '-v', '-w', '--', 'sh', '-c', script];
    expect((await outcome([fixture('full'), kind, ...place, ...init])).code).toBe(5);
  });

  it.each([
    [['nosuch'], 127],
    [['--yolo'], 125],
    [['-G', 'soon', 'true'], 125],
  ])('%j: %i at once', async (args, code) => {
    const { code: got } = await outcome([fixture('full'), kind, ...place, pid1, ...args]);
    expect(got).toBe(code);
  });

  it('a second INT ends the wait', async () => {
    const init = [pid1, '-v', '-G', '60s', '--', 'sh', '-c', deaf];
    await using container = await runFull(kind, [...place, ...init]);
    toInit(container, 'SIGINT');
    await container.seen(/got INT/);
    toInit(container, 'SIGINT');
    expect(await container.exited).toBe(137);
  });
});

describe.each(kinds)('a %s that is full, where /proc does not open it anew', (kind) => {
  const hidden = ['--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

  it.each([
    ['as PID 1', ['--pid', '--fork', '--kill-child=KILL']],
    ['as subreaper', []],
  ])('%s: the grace period ends with SIGKILL and 137', async (_, namespaces) => {
    const init = [pid1, '-v', '-G', '300ms', '--', 'sh', '-c', deaf];
    await using container = await runFull(kind, [
      ...['unshare', ...user, ...namespaces, ...hidden],
      ...init,
    ]);
    toInit(container, 'SIGTERM');
    expect(await container.exited).toBe(137);
  });
});

describe('a stderr that is read', () => {
  it.each([
    ['a file keeps its position', 'echo before >&2; "$0" -v true 2>&2; echo after >&2'],
    ['a file opened to append', '"$0" -v true'],
  ])('%s: nothing is overwritten', async (_, script) => {
    const command = `f=$(mktemp); exec 3>&1; (${script}) 2>>"$f"; cat "$f"; rm "$f"`;
    const plain = `f=$(mktemp); (${script}) 2>"$f"; cat "$f"; rm "$f"`;
    for (const line of [command, plain]) {
      const { stdout } = await outcome(['sh', '-c', line, pid1]);
      expect(stdout).toMatch(/pid1: started true as pid \d+\n/);
      expect(stdout).toMatch(/pid1: pid \d+ ended with exit code 0\n/);
      if (script.includes('before')) expect(stdout).toMatch(/^before\n[\s\S]*\nafter\n$/);
    }
  });

  it('stays blocking for the program', async () => {
    const flags = `grep flags /proc/self/fdinfo/2; kill -USR1 $PPID; sleep 0.1; grep flags /proc/self/fdinfo/2`;
    const { stdout } = await outcome([pid1, '-v', 'sh', '-c', `trap : USR1; ${flags}`]);
    const [before, after] = stdout.trim().split('\n');
    expect(after).toBe(before);
    expect(Number.parseInt(before?.split(/\s+/)[1] ?? '', 8) & 0o4000).toBe(0);
  });
});
