import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import type { Screen } from '../harness/screen.ts';
import type { CleanUp } from './clean-up.ts';
import type { Example } from './example.ts';
import { ready, start } from './outcome.ts';

/** The two ways in which a wrong cwd ends, once each; section 2 was the right way. */
export async function showTraps(
  example: Example,
  isolated: boolean,
  show: Screen,
  atEnd: CleanUp,
): Promise<void> {
  show.heading('3. Why each phase has a cwd of its own');
  const { root, server, env } = example;

  show.say('  cd /; nx run-many -t start\n');
  const outside = spawnSync(join(root, 'node_modules/.bin/nx'), ['run-many', '-t', 'start'], {
    cwd: '/',
    env,
    encoding: 'utf8',
  });
  show.quote((outside.stdout + outside.stderr).trim().concat('\n'));
  show.say('');
  show.claim('outside the workspace Nx fails', outside.status !== 0);

  show.say('\n  cd packages/twenty-server; npm start   (the cwd of the migration leaked)\n');
  const leaked = atEnd.dispose(
    await start(
      [pid1Path(), '--grace', '10s', '--'],
      ['npm', 'start'],
      { ...example, root: server },
      isolated,
      show,
    ),
  );
  await ready(`${example.url}/healthz`, leaked);
  const front = await fetch(example.frontUrl).then(
    () => true,
    () => false,
  );
  show.say('');
  show.claim(
    "with a leaked cwd npm silently runs the package's own script: the server is up, without Nx and without the front",
    !front && !leaked.stdout().includes('nx run-many'),
  );
  await leaked[Symbol.asyncDispose]();
}
