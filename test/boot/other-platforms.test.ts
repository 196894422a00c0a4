import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { image, twentyInit } from '../harness/image.ts';

/** Node on Linux that says it is on macOS. */
const hook = "Object.defineProperty(process, 'platform', { value: 'darwin' });";

describe('on macOS', () => {
  const files = {
    'hook.cjs': hook,
    'twenty-init.config.json': {
      phases: {
        migrate: { command: ['sh', '-c', 'echo migrated'] },
        register: { steps: [{ name: 'one', command: ['sh', '-c', 'exit 7'] }] },
        'exec-app': { command: ['echo', 'app'] },
      },
    },
  };
  const run = (...args: readonly string[]) => {
    using root = image(files);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', root.path('hook.cjs'), twentyInit, ...args],
      { cwd: root.root, encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  };

  it('run-phases runs the phases', () => {
    expect(run('run-phases', '--only', 'migrate')).toMatchObject({
      status: 0,
      stdout: 'migrated\n',
    });
  });

  it('run-phases ends with the code of a phase that fails', () => {
    expect(run('run-phases')).toMatchObject({
      status: 7,
      stdout: 'migrated\n',
      stderr: expect.stringContaining('register/one failed: exit 7'),
    });
  });

  it.each([['check'], ['plan']])('%s works', (command) => {
    expect(run(command)).toMatchObject({ status: 0 });
  });

  it('run says that it needs Linux before anything has run', () => {
    expect(run('run')).toMatchObject({
      status: 78,
      stdout: '',
      stderr: expect.stringMatching(/needs Linux; this is darwin.*run-phases/),
    });
  });
});
