import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runAsInit, shellCode } from '../harness/container.ts';
import { image } from '../harness/image.ts';
import { until } from '../harness/wait.ts';

const sh = (line: string): readonly string[] => ['sh', '-c', line];
describe('run-phases as PID 1', () => {
  it('puts pid1 above itself too', async () => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['cat', '/proc/1/comm'] },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await runAsInit(root.commandLine(['run-phases']), { cwd: root.root });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('pid1\n');
  });
});

describe('stdout a socket that nobody reads', () => {
  const flood = sh('while :; do echo a line that nobody reads; done');

  it.each([
    [
      'with log.file',
      { log: { file: 'app.log' }, app: { command: flood, gracePeriod: '500ms' } },
      '',
    ],
  ])(
    '%s: it leaves with the code that it logs',
    async (_, { log, app }: { log?: object; app?: object }, run) => {
      using root = image({
        'twenty-init.config.mjs': `export default {
        log: ${JSON.stringify(log)},
        phases: {
          migrate: { ${run === '' ? "command: ['true']" : `${run}`} },
          'exec-app': ${JSON.stringify(app ?? { command: ['true'] })},
        },
      };`,
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
        await until('the flood', () => (run === '' ? /exec-app runs/ : /── migrate/).test(stderr));
        await until('a full socket', () => child.stdout.readableLength > 60_000);
        child.kill('SIGTERM');
        const code = await exited;
        expect(stderr).toContain(`exit ${code}, by`);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});
