import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runAsInit, shellCode } from '../harness/container.ts';
import { image } from '../harness/image.ts';
import { readProcess } from '../harness/proc.ts';
import { startOutcome } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const sh = (line: string): readonly string[] => ['sh', '-c', line];
/** In a session of its own, out of reach of the process group. */
const daemon = 'setsid sh -c \'trap "" TERM; echo $$ > pid; while :; do sleep 0.01; done\' & ';
const there = 'while [ ! -s pid ]; do sleep 0.01; done; ';

describe('under another parent than PID 1 nothing is left', () => {
  it.each([
    ['of a phase, when a later one fails', 'run', sh(`${daemon}${there}`), sh('exit 4'), 4],
    ['of a phase, after run-phases', 'run-phases', sh(`${daemon}${there}`), sh('true'), 0],
  ])('%s', async (_, command, first, second, code) => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          first: { command: first },
          second: { command: second },
          'exec-app': { command: ['true'], gracePeriod: '300ms' },
        },
      },
    });
    const { readFileSync } = await import('node:fs');
    const { outcome } = startOutcome(root.commandLine([command]), { cwd: root.root });
    const { code: exited, stderr } = await outcome;
    expect(exited, stderr).toBe(code);
    const pid = Number(readFileSync(root.path('pid'), 'utf8'));
    try {
      expect(['Z', undefined]).toContain(readProcess(pid)?.state);
    } finally {
      if (readProcess(pid) !== undefined) process.kill(pid, 'SIGKILL');
    }
  });
});

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
