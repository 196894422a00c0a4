import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { descendantsOf, readProcess } from '../harness/proc.ts';
import { until } from '../harness/wait.ts';

const program = fileURLToPath(new URL('../dist/demo/main.js', import.meta.url));

const hasPs = installed({ ps: 'procps' }, "the server's own shutdown line in the demo");

describe('the demo', () => {
  it('shows what it claims, and exits with 0', { timeout: 180_000 }, async () => {
    const demo = start();
    expect(await demo.exited, demo.output()).toBe(0);
    for (const claim of [
      'migrations applied: 0001_workspace, 0002_first-workspace',
      'jobs registered: clean-workspaces, sync-messages',
      'exec-app (npm start) is the child of pid1, in the root of the monorepo',
      "no Node process is left but the app's own",
      'HTTP 200',
      'have ended: 0 zombies',
      ...(hasPs ? ["the server's own shutdown line is in the log"] : []),
      'nothing had to be killed with SIGKILL',
      'exit code 0',
      'outside the workspace Nx fails',
      "with a leaked cwd npm silently runs the package's own script",
      '3 s after SIGTERM it is still running',
    ])
      expect(demo.output()).toContain(claim);
    expect(demo.output()).toContain('Everything above was checked, and holds.');
    expect(demo.output()).not.toContain('DOES NOT HOLD');
  });

  it('where PID namespaces are denied, shows pid1 as a subreaper and says so', {
    timeout: 180_000,
  }, async () => {
    using denied = image({ 'unshare.sh': '#!/bin/sh\nexit 1\n' });
    symlinkSync('unshare.sh', denied.path('unshare'));
    const demo = start({ PATH: `${denied.root}:${process.env.PATH}` });
    expect(await demo.exited, demo.output()).toBe(0);
    expect(demo.output()).toContain('pid1 runs as a subreaper');
    expect(demo.output()).toContain('have ended: 0 zombies');
    expect(demo.output()).toContain('Everything above was checked, and holds.');
  });

  it.each([/What runs now/, /Migrating files/, /ends with: exec npm start/])(
    'cleans up at Ctrl-C, at %s',
    { timeout: 180_000 },
    async (moment) => {
      using temporary = image({});
      // The user that Postgres runs as goes through it.
      chmodSync(temporary.root, 0o755);
      const demo = start({ TMPDIR: temporary.root });
      await demo.seen(moment);
      const started = descendantsOf(demo.process.pid as number);
      expect(started.length).toBeGreaterThan(3);
      demo.process.kill('SIGINT');
      expect(await demo.exited, demo.output()).toBe(130);
      // Whose parent ended first may be a zombie yet, and is for this machine's PID 1 to reap.
      const left = (): string[] =>
        started
          .filter(({ pid }) => (readProcess(pid)?.state ?? 'Z') !== 'Z')
          .map(({ pid, argv }) => `${pid} ${argv.join(' ')}`);
      await until('the end of all that was started', () => left().length === 0).catch(() => {});
      expect(left()).toEqual([]);
      expect(readdirSync(temporary.root)).toEqual([]);
    },
  );
});

interface Demo {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  output(): string;
  seen(pattern: RegExp): Promise<void>;
}

function start(env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    process: child,
    exited,
    output: () => output,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(output)) resolve();
        };
        child.stdout.on('data', look);
        void exited.then(() => reject(new Error(`${pattern} never came:\n${output}`)));
      }),
  };
}
