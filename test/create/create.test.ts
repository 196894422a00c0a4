import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandResult, type Image, image } from '../harness/image.ts';

const manifest = createRequire(import.meta.url).resolve('create-twenty-init/package.json');

function create({ root }: Image, args: readonly string[]): CommandResult {
  const bin = join(dirname(manifest), 'bin/create-twenty-init.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status ?? -1, stdout, stderr };
}

describe('npm create twenty-init', () => {
  it('drafts a config from a package.json', () => {
    using shop = image({
      'package.json': {
        name: 'shop',
        packageManager: 'yarn@4.0.0',
        scripts: { 'db:migrate': 'x', 'cron:register:all': 'y', start: 'z', build: 'w' },
      },
      'node_modules/twenty-init/package.json': { type: 'module', exports: './index.js' },
      'node_modules/twenty-init/index.js': 'export const defineConfig = (config) => config;\n',
    });
    expect(create(shop, [])).toMatchObject({ code: 0 });
    const text = readFileSync(shop.path('twenty-init.config.mjs'), 'utf8');
    expect(text).toContain("migrate: {\n      command: ['yarn', 'run', 'db:migrate'],");
    expect(text).toContain("register: {\n      command: ['yarn', 'run', 'cron:register:all'],");
    expect(text).toContain("'exec-app': {\n      command: ['yarn', 'run', 'start'],");
    expect(shop.command(['check', '--static'])).toMatchObject({ code: 0 });
    // What is there is not written over.
    expect(create(shop, []).code).toBe(64);
    expect(create(shop, ['--force']).code).toBe(0);
  });

  it('says what a package.json lacks', () => {
    using shop = image({ 'package.json': {} });
    expect(create(shop, [])).toMatchObject({ code: 64 });
    expect(existsSync(shop.path('twenty-init.config.mjs'))).toBe(false);
  });

  it('drafts a config from an entrypoint, with a TODO for each line that it does not understand', () => {
    using shop = image({
      'docker-entrypoint.sh': `#!/bin/bash
        set -e
        : "\${PG_DATABASE_URL:?is missing}"
        export NODE_ENV=production
        cd /app/server
        if [ "$DISABLE_DB_MIGRATIONS" != "true" ]; then
          yarn database:migrate:prod
        fi
        yarn cron:register:all || true
        LEVEL=debug node warm-cache.js "$REDIS_URL" 'it costs $5'
        psql -tAc "SELECT 1" | grep -q 1
        for x in 1 2; do
          echo $x
        done
        cd ..
        exec node server/main.js`,
      'node_modules/twenty-init/package.json': { type: 'module', exports: './index.js' },
      'node_modules/twenty-init/index.js': 'export const defineConfig = (config) => config;\n',
    });
    const { code, stdout } = create(shop, ['--from', 'docker-entrypoint.sh']);
    expect(code).toBe(0);
    expect(stdout).toContain('TODO');
    const text = readFileSync(shop.path('twenty-init.config.mjs'), 'utf8');
    expect(text).toBe(`import { defineConfig } from 'twenty-init';

export default defineConfig({
  env: { required: ['PG_DATABASE_URL'] },
  phases: {
    migrate: {
      cwd: '/app/server',
      command: ['yarn', 'database:migrate:prod'],
      env: { NODE_ENV: 'production' },
      skipIf: { env: { DISABLE_DB_MIGRATIONS: 'true' } },
    },
    register: {
      cwd: '/app/server',
      command: ['yarn', 'cron:register:all'],
      env: { NODE_ENV: 'production' },
      onFailure: 'warn',
    },
    cache: {
      cwd: '/app/server',
      command: ['node', 'warm-cache.js', '\${REDIS_URL}', 'it costs $$5'],
      env: { NODE_ENV: 'production', LEVEL: 'debug' },
    },
    'step-1': {
      cwd: '/app/server',
      shell: '/bin/sh',
      command: 'psql -tAc "SELECT 1" | grep -q 1',
      env: { NODE_ENV: 'production' },
    },
    // TODO not understood: for x in 1 2
    // TODO not understood: do
    // TODO not understood: echo $x
    // TODO not understood: done
    'exec-app': {
      cwd: '/app/server/..',
      command: ['node', 'server/main.js'],
      env: { NODE_ENV: 'production' },
    },
  },
});
`);
    expect(shop.command(['check', '--static'])).toMatchObject({ code: 0 });
  });

  it('drafts a phase for a shell of a line with pipes or redirections', () => {
    using root = image({
      'entrypoint.sh': `#!/bin/sh
        echo "starting > now" >&2
        echo "key $KEY" > app.conf
        psql -tAc "SELECT 1" | grep -q 1
        node seed.js > /dev/null 2>&1 || true
        cat list | while read line
        cat $1 | sort
        exec node server.js | tee app.log
        exec node server.js`,
      'strict.sh': `#!/bin/bash
        set -euo pipefail
        psql -tAc "SELECT 1" | grep -q 1
        node seed.js > seed.log`,
    });
    const draft = (from: string): string => {
      expect(create(root, ['--from', from, '--force']).code).toBe(0);
      return readFileSync(root.path('twenty-init.config.mjs'), 'utf8');
    };
    expect(draft('entrypoint.sh')).toContain(`  phases: {
    'app-conf': {
      shell: '/bin/sh',
      command: 'echo "key $KEY" > app.conf',
    },
    'step-1': {
      shell: '/bin/sh',
      command: 'psql -tAc "SELECT 1" | grep -q 1',
    },
    seed: {
      shell: '/bin/sh',
      command: 'node seed.js > /dev/null 2>&1',
      onFailure: 'warn',
    },
    // TODO not understood: cat list | while read line
    // TODO not understood: cat $1 | sort
    // TODO not understood: exec node server.js | tee app.log
    'exec-app': {
      command: ['node', 'server.js'],
    },
  },
});
`);
    const strict = draft('strict.sh');
    expect(strict).toContain("command: 'node seed.js > seed.log'");
    expect(strict).toContain('// TODO not understood: psql -tAc "SELECT 1" | grep -q 1\n');
  });

  it('says what it cannot write, and leaves nothing half done', () => {
    using shop = image({ 'package.json': { scripts: { start: 'node server.js' } } });
    const { code, stderr } = create(shop, ['-o', 'no/such/folder.mjs']);
    expect(code).toBe(73);
    expect(stderr).toBe(`${shop.path('no/such/folder.mjs')} cannot be written: ENOENT\n`);
  });

  it.each([
    [['--form', 'x'], "Unknown option '--form'"],
    [['--from', 'nosuch.sh'], 'nosuch.sh cannot be read: ENOENT'],
    [['entrypoint.sh'], "Unexpected argument 'entrypoint.sh'"],
  ])('%j: 64', (args, message) => {
    using shop = image({});
    const { code, stderr } = create(shop, args);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
  });

  it('--help shows every option', () => {
    using shop = image({});
    const { code, stdout } = create(shop, ['--help']);
    expect(code).toBe(0);
    for (const option of ['--from', '--output', '--force', '--help'])
      expect(stdout).toContain(option);
  });

  it('took the place of `twenty-init init`, which says so', () => {
    using shop = image({});
    const { code, stderr } = shop.command(['init']);
    expect(code).toBe(64);
    expect(stderr).toContain('npm create twenty-init');
  });
});
