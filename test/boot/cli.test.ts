import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';

const config = {
  name: 'shop',
  phases: {
    migrate: { command: ['echo', 'migrate'] },
    seed: { command: ['echo', 'seed'], needs: [] },
    warm: {
      steps: [
        { name: 'a', command: ['echo', 'a'] },
        { name: 'b', command: ['echo', 'b'] },
      ],
    },
    'exec-app': { command: ['echo', 'app'] },
  },
};
const root = () => image({ 'twenty-init.config.json': config });

describe('run-phases', () => {
  it('runs the phases and not the app', () => {
    using shop = root();
    const { code, stdout } = shop.command(['run-phases']);
    expect(code).toBe(0);
    expect(stdout.split('\n').sort()).toEqual(['', 'a', 'b', 'migrate', 'seed']);
  });

  it('refuses an --only that names no phase, which would run nothing in silence', () => {
    using shop = root();
    const { code, stdout, stderr } = shop.command(['run-phases', '--only', ',']);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('--only names no phase');
  });

  it.each([
    [['--only', 'migrate'], 'migrate\n'],
    [['--only', 'warm,migrate', '--skip', 'warm'], 'migrate\n'],
    [['--skip', 'migrate,warm'], 'seed\n'],
  ])('%j', (args, output) => {
    using shop = root();
    expect(shop.command(['run-phases', ...args])).toMatchObject({ code: 0, stdout: output });
  });

  it('ends with the code of a phase that fails', () => {
    using shop = image({
      'twenty-init.config.json': {
        phases: { migrate: { command: ['sh', '-c', 'exit 9'] }, 'exec-app': {} },
      },
    });
    expect(shop.command(['run-phases']).code).toBe(9);
  });

  it('refuses a phase that there is not', () => {
    using shop = root();
    const { code, stdout, stderr } = shop.command(['run-phases', '--only', 'migrat']);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('there is no phase "migrat", did you mean "migrate"?');
  });

  it.each([
    ['migrate,warm', 'seed\n'],
    ['*', ''],
  ])('and run leave out what TWENTY_INIT_SKIP=%s names', (skip, output) => {
    using shop = root();
    const env = { ...process.env, TWENTY_INIT_SKIP: skip };
    expect(shop.command(['run-phases'], { env }).stdout).toBe(output);
    expect(shop.command(['run'], { env }).stdout).toBe(`${output}app\n`);
  });

  it.each([
    ['migrat', 'there is no phase "migrat", did you mean "migrate"?'],
    ['warm,zebra', 'there is no phase "zebra"; the config has migrate, seed, warm'],
    ['exec-app', 'exec-app cannot be left out'],
  ])('and run refuse TWENTY_INIT_SKIP=%s: nothing is started', (skip, says) => {
    using shop = root();
    const env = { ...process.env, TWENTY_INIT_SKIP: skip };
    for (const command of ['run', 'run-phases', 'check']) {
      const { code, stdout, stderr } = shop.command([command], { env });
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toContain(`TWENTY_INIT_SKIP  ${says}`);
    }
  });

  it('and run take a name of a post phase, or none, in TWENTY_INIT_SKIP', () => {
    using shop = image({
      'twenty-init.config.json': { ...config, post: { report: { command: ['echo', 'report'] } } },
    });
    const env = { ...process.env, TWENTY_INIT_SKIP: 'migrate, report,' };
    expect(shop.command(['run-phases', '--only', 'migrate'], { env })).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(shop.command(['run'], { env }).stdout).toMatch(/app\n$/);
  });
});

describe('check', () => {
  it('finds nothing, and starts nothing', () => {
    using shop = root();
    const { code, stdout } = shop.command(['check']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/no problem found; mode exec/);
  });

  it('tells every problem with 78; --static only those of the file', () => {
    using shop = image({
      'twenty-init.config.json': {
        env: { required: ['TEST_NOT_SET'] },
        phases: { 'exec-app': { command: ['nosuchcommand'], cwd: 'nowhere' } },
      },
    });
    const { code, stderr } = shop.command(['check']);
    expect(code).toBe(78);
    expect(stderr).toContain('2 problems');
    expect(shop.command(['check', '--static']).code).toBe(0);
  });

  it.each([
    [
      'json',
      '{ "phases": {\n"migrate": { "command": ["true"] },\n"migrate": { "comand": ["true"] },\n"exec-app": {} } }',
      [/phases\.migrate +is written twice, in lines 2 and 3/, /did you mean "command"\?/],
    ],
    [
      'yaml',
      'phases:\n  migrate: { command: [a] }\n  migrate: { command: [b] }\n  exec-app: {}\n',
      [/Map keys must be unique at line 3/],
    ],
  ])('finds the phase that would be lost in %s, because it is written twice', (ext, text, says) => {
    using shop = image({ [`twenty-init.config.${ext}`]: text });
    for (const args of [['run'], ['check'], ['check', '--static']]) {
      const { code, stdout, stderr } = shop.command(args);
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      for (const problem of says) expect(stderr).toMatch(problem);
    }
  });

  it('without a config is 64', () => {
    using empty = image({});
    expect(empty.command(['check']).code).toBe(64);
  });
});

describe('plan', () => {
  it('draws a tree', () => {
    using shop = root();
    const { stdout } = shop.command(['plan']);
    expect(stdout).toBe(`shop
├─ migrate  echo migrate
│     cwd ${shop.root}
│     starts at once
├─ seed  echo seed
│     cwd ${shop.root}
│     starts at once
├─ warm
│  │  cwd ${shop.root}
│  │  after seed
│  ├─ warm/a  echo a
│  │     cwd ${shop.root}
│  └─ warm/b  echo b
│        cwd ${shop.root}
└─ exec-app  echo app
      cwd ${shop.root}
      mode exec (nothing in the config needs more)
      grace period 30s
`);
  });

  it('draws a diagram with what waits for what', () => {
    using shop = root();
    const { stdout } = shop.command(['plan', '--format', 'mermaid']);
    expect(stdout).toContain('flowchart TD');
    expect(stdout).toContain('n_seed --> n_warm');
    expect(stdout).toContain('n_migrate --> n_exec_app');
    expect(stdout).toContain('n_warm --> n_exec_app');
    expect(stdout).not.toContain('n_seed --> n_exec_app');
  });

  it('is of the config in its usual place when TWENTY_INIT_CONFIG is empty', () => {
    using shop = root();
    const env = { ...process.env, TWENTY_INIT_CONFIG: '' };
    expect(shop.command(['plan'], { env })).toMatchObject({ code: 0, stderr: '' });
  });

  it('is JSON', () => {
    using shop = root();
    const plan = JSON.parse(shop.command(['plan', '--format', 'json']).stdout);
    expect(plan).toMatchObject({
      mode: 'exec',
      phases: [{ name: 'migrate', needs: [] }, { name: 'seed' }, { name: 'warm', needs: ['seed'] }],
      app: { command: 'echo app' },
    });
  });
});

describe('compile', () => {
  it('freezes a config to JSON that boots the same, variables as they are written', async () => {
    using shop = image({
      'twenty-init.config.mjs': `const say = (word) => ['echo', word, '\${TEST_WORD}'];
        export default { phases: { migrate: { command: say('migrate') }, 'exec-app': { command: say('app') } } };`,
    });
    expect(shop.command(['compile', '-o', 'frozen.json']).code).toBe(0);
    expect(readFileSync(shop.path('frozen.json'), 'utf8')).toContain('${TEST_WORD}');
    const env = { ...process.env, TEST_WORD: 'x', TWENTY_INIT_CONFIG: 'frozen.json' };
    expect(shop.command(['run'], { env }).stdout).toBe('migrate x\napp x\n');
  });

  it('says of a function that it cannot be frozen', () => {
    using shop = image({
      'twenty-init.config.mjs': `export default { phases: { a: { run() {} }, 'exec-app': {} } };`,
    });
    const { code, stderr } = shop.command(['compile']);
    expect(code).toBe(78);
    expect(stderr).toContain('phases.a.run  a function cannot be frozen to JSON');
  });
});

describe('a config that cannot be read', () => {
  it.each([
    ['an error in its code', '\n\nthrow new Error("boom");', /config\.mjs: boom \(line 3\)$/m],
    [
      'code that is none',
      'export default {;',
      /Unexpected token ';'; `node .*config\.mjs` shows where$/m,
    ],
  ])('because of %s says where', (_, code, says) => {
    using shop = image({ 'twenty-init.config.mjs': code });
    const { code: exitCode, stderr } = shop.command(['check']);
    expect(exitCode).toBe(78);
    expect(stderr).toMatch(says);
  });

  it('is not one that begins with a byte order mark', () => {
    using shop = image({
      'twenty-init.config.json': '\uFEFF{ "phases": { "exec-app": { "command": ["true"] } } }',
    });
    expect(shop.command(['check'])).toMatchObject({ code: 0 });
  });
});

describe('help and usage', () => {
  it.each([
    [['--help'], 0, 'ENTRYPOINT'],
    [['help', 'plan'], 0, '--format FORMAT'],
    [['plan', '-h'], 0, 'Examples'],
    [['--version'], 0, 'twenty-init 0.'],
  ])('%j', (args, code, text) => {
    using shop = image({});
    const result = shop.command(args);
    expect(result.code).toBe(code);
    expect(result.stdout).toContain(text);
    expect(result.stderr).toBe('');
  });

  it.each([
    [['rnu'], 'did you mean "run"'],
    [['node', 'server.js'], 'twenty-init run -- node server.js'],
    [['run', 'node'], 'a program comes after "--": twenty-init run -- node'],
    [['plan', '--format', 'svg'], '--format: expected tree, mermaid, json, got "svg"'],
    [['check', '--', 'x'], '"check" takes no CMD'],
    [['help', 'plann'], 'did you mean "plan"'],
    [['check', 'x'], '"x" is one word too many'],
  ])('%j is 64', (args, text) => {
    using shop = root();
    const result = shop.command(args);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain(text);
    expect(result.stdout).toBe('');
  });
});

describe('the package', () => {
  it('reads one file for a boot in mode exec with a JSON config: nothing is imported that is not used', () => {
    const installed = dirname(createRequire(import.meta.url).resolve('twenty-init/package.json'));
    using shop = root();
    // As installed, without the files for everything else.
    for (const name of ['package.json', 'bin', 'dist/cli.cjs'])
      cpSync(join(installed, name), shop.path(`node_modules/twenty-init/${name}`), {
        recursive: true,
      });
    mkdirSync(shop.path('node_modules/@twenty-init'));
    symlinkSync(
      dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json')),
      shop.path('node_modules/@twenty-init/core'),
    );
    const bin = shop.path('node_modules/twenty-init/bin/twenty-init.cjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'run'], {
      cwd: shop.root,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/app\n$/);
  });

  it('has the JSON Schema of the config in it', () => {
    const path = createRequire(import.meta.url).resolve('twenty-init/schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8'));
    expect(schema.properties.phases.required).toEqual(['exec-app']);
  });
});

describe('what is printed', () => {
  it.each([
    ['a reader that is gone', '{ "$@"; echo $? >&2; } | true', 0, ''],
    ['a full disk', '"$@" > /dev/full; echo $? >&2', 73, 'stdout cannot be written: ENOSPC'],
  ])('to %s: %s', (_, script, code, says) => {
    using shop = root();
    // Much more than a pipe holds, so that it cannot be written before the reader has gone.
    const steps = Array.from({ length: 5000 }, (_, at) => ({ name: `${at}`, command: ['x'] }));
    writeFileSync(
      shop.path('twenty-init.config.json'),
      JSON.stringify({ phases: { many: { steps }, 'exec-app': { command: ['x'] } } }),
    );
    const { stderr } = spawnSync('sh', ['-c', script, 'sh', ...shop.commandLine(['plan'])], {
      cwd: shop.root,
      encoding: 'utf8',
    });
    expect(stderr.trim().split('\n').at(-1)).toBe(`${code}`);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('bug');
  });
});
