import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFormats } from '../harness/config-formats.ts';
import { image } from '../harness/image.ts';

const say = 'echo "$1 in $(pwd), PWD $PWD, LEVEL ${LEVEL-unset}"';

const files = {
  'server/say.sh': `#!/bin/sh\n${say}\n`,
  'say.sh': `#!/bin/sh\n${say}\n`,
  'twenty-init.config.json': {
    phases: {
      migrate: { command: ['./say.sh', 'migrate'], cwd: 'server', env: { LEVEL: 'phase' } },
      register: { command: ['./say.sh', 'register'] },
      'exec-app': { command: ['./say.sh', 'app'] },
    },
  },
};

describe('a boot', () => {
  it('runs the phases in order, each in its own cwd and environment, then the app', async () => {
    using app = image(files);
    await using container = await app.boot();
    expect(await container.exited).toBe(0);
    const server = app.path('server');
    expect(container.stdout().split('\n')).toEqual([
      `migrate in ${server}, PWD ${server}, LEVEL phase`,
      `register in ${app.root}, PWD ${app.root}, LEVEL unset`,
      `app in ${app.root}, PWD ${app.root}, LEVEL unset`,
      '',
    ]);
  });

  it('ends with one table of phase, outcome, duration, exit and cwd', async () => {
    using app = image(files);
    await using container = await app.boot();
    await container.exited;
    const [, table = ''] = container.stderr().split('boot summary\n');
    expect(table.split('\n').map((line) => line.trim().split(/ {2,}/))).toMatchObject([
      ['phase', 'outcome', 'duration', 'exit', 'cwd'],
      ['migrate', 'succeeded', expect.stringMatching(/^[\d.]+m?s$/), '0', app.path('server')],
      ['register', 'succeeded', expect.stringMatching(/^[\d.]+m?s$/), '0', app.root],
      ['exec-app', 'starting', '-', '-', app.root],
      [expect.stringMatching(/info$/), expect.stringContaining('── exec-app ── ./say.sh app')],
      [''],
    ]);
  });

  it('passes the output of a phase on byte for byte', async () => {
    // Every byte value, more than a pipe holds, and no line end.
    const count = 300_000;
    using app = image({
      'bytes.js': `#!/usr/bin/env node
        const bytes = Uint8Array.from({ length: ${count} }, (_, index) => index);
        require('node:fs').writeFileSync(1, bytes);`,
      'twenty-init.config.json': {
        phases: { bytes: { command: ['./bytes.js'] }, 'exec-app': { command: ['true'] } },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(0);
    const expected = Buffer.from(Uint8Array.from({ length: count }, (_, index) => index));
    expect(container.stdoutBytes().equals(expected)).toBe(true);
  });

  it('gives a phase a real pipe: opening /dev/stdout and /dev/stderr works', async () => {
    using app = image({
      'write.sh': '#!/bin/sh\necho out > /dev/stdout\necho err > /dev/stderr\n',
      'twenty-init.config.json': {
        phases: { write: { command: ['./write.sh'] }, 'exec-app': { command: ['true'] } },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('out\n');
    expect(container.stderr()).toContain('\nerr\n');
  });

  it('does not wait for a process that a phase left behind with its output open', async () => {
    using app = image({
      'leave.sh': '#!/bin/sh\nsleep 1000 &\necho left\n',
      'twenty-init.config.json': {
        phases: { leave: { command: ['./leave.sh'] }, 'exec-app': { command: ['echo', 'app'] } },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('left\napp\n');
  });

  it('skips a phase whose skipIf holds', async () => {
    using app = image({
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['false'], skipIf: { env: { DISABLE_DB_MIGRATIONS: 'true' } } },
          'exec-app': { command: ['echo', 'app'] },
        },
      },
    });
    await using container = await app.boot({
      env: { ...process.env, DISABLE_DB_MIGRATIONS: 'true' },
    });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('app\n');
    expect(container.stderr()).toContain('migrate skipped: skipIf.env DISABLE_DB_MIGRATIONS');
  });
});

describe('the config', () => {
  it.each([
    ...configFormats,
    ['conf/other.json', '{ "phases": { "exec-app": { "command": ["echo", "app"] } } }'],
  ] as const)('can be %s', async (name, text) => {
    using app = image({ [name]: text, 'node_modules/': '' });
    linkJiti(app.path('node_modules/jiti'));
    const env = name.includes('/') ? { ...process.env, TWENTY_INIT_CONFIG: name } : process.env;
    await using container = await app.boot({ env });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('app\n');
  });
});

/** As `npm install jiti` beside the config. */
function linkJiti(path: string): void {
  symlinkSync(dirname(createRequire(import.meta.url).resolve('jiti/package.json')), path);
}
