import { basename, relative } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import type { Container } from '../harness/container.ts';
import { twentyInit } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { cwdOf, type Process } from '../harness/proc.ts';
import type { Screen } from '../harness/screen.ts';
import type { CleanUp } from './clean-up.ts';
import type { Example } from './example.ts';
import { type Outcome, orphanCount, ready, start, zombiesAfterOrphans } from './outcome.ts';

/** Boots the example under pid1, looks at what runs, and stops it. */
export async function runTwentyInit(
  example: Example,
  isolated: boolean,
  show: Screen,
  atEnd: CleanUp,
): Promise<Outcome> {
  show.heading('2. The example under pid1: migrate, register, exec-app');
  show.say('  pid1 -- twenty-init run\n');
  const container = atEnd.dispose(
    await start([pid1Path(), '--'], [process.execPath, twentyInit, 'run'], example, isolated, show),
  );
  await ready(`${example.url}/healthz`, container);

  show.say('\n  What runs now:');
  const all = container.processes();
  for (const process of all) show.say(`  ${described(process)}`);
  show.say('');
  await checkBoot(example, container, show);
  const zombies = await zombiesAfterOrphans(container, isolated);
  show.claim(
    `${orphanCount} orphans were made inside, and have ended: ${zombies.length} zombies`,
    zombies.length === 0,
  );

  show.heading('   SIGTERM');
  const stop = await stopped(container);
  const log = container.stdout() + container.stderr();
  show.say('');
  // At a stop Nx calls `ps`, and without it crashes, and with it the pipe that the server writes to.
  if (installed({ ps: 'procps' }, "the server's own shutdown line, which Nx passes on"))
    show.claim(
      "the server's own shutdown line is in the log, though npm and Nx stand between",
      log.includes('twenty-server: SIGTERM, finishing what is under way'),
    );
  show.claim('nothing had to be killed with SIGKILL', !/pid1: .*killed/.test(log));
  show.claim(
    `the whole tree of ${all.length} processes was gone after ${seconds(stop.ms)}; its grace period is 30 s`,
    stop.ms < 30_000 && container.processes().length === 0,
  );
  show.claim(`exit code ${stop.exitCode}`, stop.exitCode === 0);
  return {
    init: all[0] === undefined ? '-' : basename(all[0].argv[0] ?? ''),
    stop: seconds(stop.ms),
    exitCode: String(stop.exitCode),
    zombies: String(zombies.length),
  };
}

async function checkBoot(
  { root, server, url }: Example,
  container: Container,
  show: Screen,
): Promise<void> {
  const health = await fetch(`${url}/healthz`);
  show.claim(`GET /healthz: HTTP ${health.status}`, health.status === 200);
  const page = (await (await fetch(url)).json()) as Record<string, string[]>;
  const { migrations = [], jobs = [], workspaces = [] } = page;
  show.claim(`migrations applied: ${migrations.join(', ')}`, migrations.length === 2);
  show.claim(`jobs registered: ${jobs.join(', ')}`, jobs.length === 2);
  show.claim(`rows read from Postgres: ${workspaces.join(', ')}`, workspaces.length === 2);

  const [init, app, ...rest] = container.processes();
  const cwd = app === undefined ? '' : cwdOf(app.pid);
  show.claim(
    `exec-app (${app?.argv.join(' ')}) is the child of ${basename(init?.argv[0] ?? '')}, in the root of the monorepo`,
    app?.ppid === init?.pid && cwd === root,
  );
  show.claim(
    `the phases ran in ${relative(root, server)}, and that did not leak`,
    cwd !== undefined && cwd !== server,
  );
  show.claim(
    "no Node process is left but the app's own",
    ![app, ...rest].some((process) =>
      process?.argv.some((word) => word.includes('twenty-init.cjs')),
    ),
  );
}

function described({ innerPid, argv }: Process): string {
  const command = argv.map((word) => (word.startsWith('/') ? basename(word) : word)).join(' ');
  return `${String(innerPid).padStart(4)}  ${command.slice(0, 90)}`;
}

async function stopped(container: Container): Promise<{ ms: number; exitCode: number }> {
  const start = performance.now();
  container.kill('SIGTERM');
  const exitCode = await container.exited;
  return { ms: performance.now() - start, exitCode };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
