import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { shellCode } from '../harness/container.ts';
import { image } from '../harness/image.ts';
import { until } from '../harness/wait.ts';

/** Looks in a row at which nothing has come: the slowest reader sets the pace of the log file too. */
const quietLooks = 20;

it('with stdout a socket that nobody reads it leaves with the code that it logs', async () => {
  using root = image({
    'twenty-init.config.json': {
      log: { file: 'app.log' },
      phases: {
        'exec-app': {
          command: ['sh', '-c', 'while :; do echo a line that nobody reads; done'],
          gracePeriod: '500ms',
        },
      },
    },
  });
  const [program, ...args] = root.commandLine(['run']);
  // A pipe of Node is a socket.
  const child = spawn(program, args, { cwd: root.root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(shellCode(code, signal)));
  });
  try {
    await until('the flood', () => stderr.includes('exec-app runs'));
    let [size, quiet] = [0, 0];
    await until('a full socket', () => {
      const now = statSync(root.path('app.log')).size;
      quiet = now > 0 && now === size ? quiet + 1 : 0;
      size = now;
      return quiet >= quietLooks;
    });
    child.kill('SIGTERM');
    const code = await exited;
    expect(stderr).toContain(`exit ${code}, by`);
  } finally {
    child.kill('SIGKILL');
  }
});
