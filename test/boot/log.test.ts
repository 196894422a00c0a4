import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { openTerminal } from '../harness/terminal.ts';

const secret = 'hunter2-and-more';
const url = `postgres://me:${secret}@localhost/app`;

/** Everything that prints something: preflight, failures, retries, last lines, conditions, the app. */
const leaky = (format: string): object => ({
  env: { required: ['TEST_URL'], fromFiles: ['TEST_KEY'] },
  log: { format },
  phases: {
    show: { command: ['sh', '-c', 'echo "key $0"; exit 1', '${TEST_KEY}'], onFailure: 'warn' },
    again: {
      command: ['sh', '-c', 'echo "url $TEST_URL" >&2; exit 3', '${TEST_URL}'],
      retry: { attempts: 2, delay: '1ms' },
      skipIf: { exec: ['sh', '-c', 'exit 1', '${TEST_URL}'] },
      onFailure: 'warn',
      env: { COPY: '${TEST_KEY}' },
    },
    'exec-app': { command: ['sh', '-c', 'exit 5', '${TEST_URL}'], mode: 'supervise' },
  },
});

describe('secrets', () => {
  it.each(['text', 'json', 'ecs'])('are in none of our own lines (%s)', async (format) => {
    using root = image({ 'twenty-init.config.json': leaky(format), key: `${secret}\n` });
    await using container = await root.boot({
      env: { ...process.env, TEST_URL: url, TEST_KEY_FILE: 'key' },
    });
    expect(await container.exited).toBe(5);
    const own = container
      .stderr()
      .split('\n')
      // What the phase itself wrote is passed on as it is.
      .filter((line) => line !== `url ${url}`);
    expect(own.join('\n')).toContain('last 1 lines');
    expect(own.join('\n')).not.toContain(secret);
  });

  describe('that are the name of a program', () => {
    const tool = (files: object, value: string) =>
      [
        image({ 'hunter2.sh': '#!/bin/sh\n', 'twenty-init.config.json': files }),
        { ...process.env, TEST_TOOL: value },
      ] as const;
    const gone = 'command "${TEST_TOOL}" (variables filled in) does not exist';
    const remove = { command: ['sh', '-c', 'rm h*r2.sh'] };

    it.each([
      ['./nowhere-hunter2', gone],
      ['nowhere-hunter2', 'command "${TEST_TOOL}" (variables filled in) was not found in PATH'],
    ])('are not shown in a preflight (%s)', async (value, says) => {
      const phases = { 'exec-app': { command: ['${TEST_TOOL}', 'x'] } };
      const [root, env] = tool({ phases }, value);
      using _ = root;
      await using container = await root.boot({ env });
      expect(await container.exited).toBe(78);
      expect(container.stderr()).toContain(says);
      expect(container.stderr()).not.toContain('hunter2');
    });

    it.each([
      ['a phase', 'pid1', { remove, work: { command: ['${TEST_TOOL}'] }, 'exec-app': {} }],
      [
        'a condition',
        'pid1',
        {
          remove,
          work: { command: ['true'], skipIf: { exec: ['${TEST_TOOL}'] } },
          'exec-app': {},
        },
      ],
      ['the app', 'pid1', { remove, 'exec-app': { command: ['${TEST_TOOL}'] } }],
      ['the app', 'sh', { remove, 'exec-app': { command: ['${TEST_TOOL}'] } }],
      ['the app', 'pid1', { remove, 'exec-app': { command: ['${TEST_TOOL}'], mode: 'supervise' } }],
    ] as const)('are not shown when %s cannot start (under %s)', async (_, entrypoint, phases) => {
      const [root, env] = tool({ phases }, './hunter2.sh');
      using __ = root;
      const cmd = 'command' in phases['exec-app'] ? [] : ['true'];
      await using container = await root.boot({ env, entrypoint, cmd });
      expect(await container.exited).toBe('work' in phases && 'skipIf' in phases.work ? 69 : 127);
      expect(container.stderr()).toContain(gone);
      expect(container.stderr()).not.toContain('hunter2');
    });
  });

  it('are in none of the problems of a preflight', async () => {
    using root = image({
      'twenty-init.config.json': {
        phases: { 'exec-app': { command: [url], cwd: '${TEST_URL}', gracePeriod: '1s' } },
      },
    });
    await using container = await root.boot({ env: { ...process.env, TEST_URL: url } });
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain('me:***@localhost');
    expect(container.stderr()).not.toContain(secret);
  });

  it.each([
    ['MY_PASS', ['${MY_PASS}']],
    ['PLAIN', ['true']],
  ])('are in none of the problems with a URL or a command (%s)', async (name, command) => {
    using root = image({
      'twenty-init.config.json': {
        phases: { 'exec-app': { command, readiness: { httpGet: `\${${name}}` } } },
      },
    });
    await using container = await root.boot({ env: { ...process.env, [name]: secret } });
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain('is not an http or https URL');
    expect(container.stderr()).not.toContain(secret);
  });

  /** As the custom is, and in the config itself: shown by each of them if there were no mask. */
  const written = (format: string): object => ({
    name: `app ${secret}`,
    log: { format },
    phases: {
      show: {
        command: ['sh', '-c', 'echo "$DB_PASSWORD"; exit 1', `--key=${secret}`],
        env: { DB_PASSWORD: secret },
        cwd: `\${TEST_ROOT}/${secret}`,
        onFailure: 'warn',
      },
      'exec-app': {
        command: ['sh', '-c', 'exit 5', `a"${encodeURIComponent(multiLine)}`, multiLine],
        env: { APP_KEY: multiLine },
        mode: 'supervise',
      },
    },
  });
  const multiLine = 'first "one"\r\nsecond & third';

  it.each(['text', 'json', 'ecs'])(
    'are in none of our own lines when they are written in the config (%s)',
    async (format) => {
      using root = image({ 'twenty-init.config.json': written(format), [`${secret}/`]: '' });
      await using container = await root.boot({
        env: { ...process.env, TEST_ROOT: root.path('') },
      });
      expect(await container.exited).toBe(5);
      const own = container.stderr();
      expect(own).toContain('last 1 lines');
      for (const piece of [secret.slice(0, 8), secret.slice(-8), 'first ', 'second', 'third'])
        expect(own).not.toContain(piece);
    },
  );

  it.each([['check'], ['plan'], ['plan', '--format', 'json'], ['plan', '--format', 'mermaid']])(
    'are not in what %s %s %s prints when they are written in the config',
    (...argv) => {
      using root = image({ 'twenty-init.config.json': written('text'), [`${secret}/`]: '' });
      const { stdout, stderr, code } = root.command(argv, {
        env: { ...process.env, TEST_ROOT: root.path('') },
      });
      expect(code, stderr).toBe(0);
      for (const piece of [secret.slice(0, 8), secret.slice(-8), 'first ', 'second', 'third'])
        expect(stdout + stderr).not.toContain(piece);
    },
  );

  it('are not in the problems of a config that is wrong', async () => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          one: { env: { DB_PASSWORD: 12345678 }, command: [secret] },
          two: { env: 'hunter2-and-more', command: ['true'], retry: { attempts: secret } },
          'exec-app': { env: { MY_TOKEN: secret }, command: ['true'], mode: secret },
        },
      },
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain('phases.two.env');
    expect(container.stderr()).not.toMatch(/hunter2|12345678/);
  });

  it('are not in the title of a process of ours', async () => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          show: { command: ['sh', '-c', 'cat /proc/1/cmdline /proc/$PPID/cmdline; echo shown'] },
          'exec-app': { command: ['true'], env: { MY_TOKEN: secret } },
        },
      },
    });
    await using container = await root.boot({ env: { ...process.env, TEST_PASSWORD: secret } });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('shown');
    expect(container.stdout()).not.toContain(secret);
  });

  it('are not in what plan and check print', () => {
    using root = image({ 'twenty-init.config.json': leaky('text'), key: secret });
    for (const argv of [
      ['check'],
      ['plan'],
      ['plan', '--format', 'json'],
      ['plan', '--format', 'mermaid'],
    ]) {
      const { stdout, stderr, code } = root.command(argv, {
        env: { ...process.env, TEST_URL: url, TEST_KEY_FILE: 'key' },
      });
      expect(code, stderr).toBe(0);
      expect(stdout + stderr).not.toContain(secret);
    }
  });
});

describe('the log as JSON', () => {
  it('is one object a line, with the same fields for the same things', async () => {
    using root = image({
      'twenty-init.config.json': {
        log: { format: 'json' },
        phases: {
          migrate: { command: ['true'] },
          register: { command: ['sh', '-c', 'exit 3'] },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(3);
    const events = container
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const event of events)
      expect(event).toMatchObject({
        name: 'twenty-init',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        level: expect.stringMatching(/^(info|warn|error)$/),
        msg: expect.any(String),
        event: expect.any(String),
      });
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'phase-ended',
        phase: 'migrate',
        outcome: 'succeeded',
        exitCode: 0,
        cwd: root.root,
        durationMs: expect.any(Number),
      }),
    );
    expect(events.at(-1)).toMatchObject({
      event: 'ended',
      level: 'error',
      exitCode: 3,
      exitedBy: 'phase',
      phase: 'register',
    });
  });
});

describe('the log in ECS', () => {
  it('has every event under its action, with outcome, duration and exit code', async () => {
    using root = image({
      'twenty-init.config.json': {
        name: 'shop',
        log: { format: 'ecs' },
        phases: {
          migrate: { command: ['true'] },
          register: { command: ['sh', '-c', 'echo no; exit 3'] },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(3);
    const events = container
      .stderr()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const event of events)
      expect(event).toMatchObject({
        '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        'log.level': expect.stringMatching(/^(info|warn|error)$/),
        message: expect.any(String),
        'ecs.version': expect.any(String),
        'event.action': expect.any(String),
      });
    expect(events[0]).toMatchObject({ 'event.action': 'booting', 'service.name': 'shop' });
    expect(events).toContainEqual(
      expect.objectContaining({
        'event.action': 'phase-ended',
        'event.outcome': 'success',
        'event.duration': expect.any(Number),
        'process.exit_code': 0,
        'twenty_init.phase': 'migrate',
      }),
    );
    expect(events.at(-1)).toMatchObject({
      'event.action': 'ended',
      'event.outcome': 'failure',
      'process.exit_code': 3,
      'twenty_init.exited_by': 'phase',
    });
  });
});

describe('a log that nobody can write', () => {
  it.each(['text', 'json', 'ecs'])('does not end the boot (%s)', async (format) => {
    using root = image({
      'twenty-init.config.json': {
        log: { format },
        phases: { 'exec-app': { command: ['sh', '-c', 'echo up; exit 4'], mode: 'supervise' } },
      },
    });
    await using container = await root.boot({
      wrapper: ['sh', '-c', 'exec "$@" 2> /dev/full', 'sh'],
    });
    expect(await container.exited).toBe(4);
    expect(container.stdout()).toBe('up\n');
  });
});

/** The `dev` of the image is /dev. */
const ownDev = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount --bind /dev/null dev/null && mount --bind dev /dev && exec "$@"',
  'sh',
];

describe('the end of a phase', () => {
  it.each([
    [
      'sh',
      ['sh', '-c', 'exit 4'],
      /error migrate failed after \S+: exit 4, sh -c exit 4 \(cwd \/.*\)$/m,
    ],
    ['true', ['true'], /info {2}migrate succeeded in \S+: exit 0, true \(cwd \/.*\)$/m],
  ])('is one line with all that there is to know of it (%s)', (_, command, line) => {
    using root = image({
      'twenty-init.config.json': {
        phases: { migrate: { command }, 'exec-app': { command: ['true'] } },
      },
    });
    expect(root.command(['run-phases']).stderr).toMatch(line);
  });
});

describe('the termination message', () => {
  it.each([
    [
      'a bad config',
      { phases: { 'exec-app': { comand: ['x'] } } },
      [],
      78,
      /1 problem, nothing was started/,
      [/^phases\.exec-app\.comand: unknown key, did you mean "command"\?$/],
    ],
    [
      'a variable and a command that are missing',
      { env: { required: ['NOT_SET'] }, phases: { 'exec-app': { command: ['nosuchcommand'] } } },
      [],
      78,
      /2 problems/,
      [/^env\.required: NOT_SET is not set$/, /^phases\.exec-app\.command: .*nosuchcommand/],
    ],
    ['a config that cannot be read', '{', [], 78, /twenty-init\.config\.json: /, []],
    [
      'a CMD that is not there',
      { phases: { 'exec-app': { command: ['x'] } } },
      ['nosuchcommand'],
      127,
      /"nosuchcommand" was not found/,
      [],
    ],
  ] as const)('also tells of %s', async (_, config, cmd, code, reason, lastLines) => {
    using root = image({
      'dev/termination-log': '',
      'dev/null': '',
      'twenty-init.config.json': config,
    });
    await using container = await root.boot({ wrapper: ownDev, cmd });
    expect(await container.exited, container.stderr()).toBe(code);
    expect(JSON.parse(readFileSync(root.path('dev/termination-log'), 'utf8'))).toEqual({
      exitCode: code,
      exitedBy: 'init',
      reason: expect.stringMatching(reason),
      lastLines: lastLines.map((line) => expect.stringMatching(line)),
    });
  });

  it('says who ended the container and why, when its file is there', async () => {
    using root = image({
      'dev/termination-log': '',
      'dev/null': '',
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['sh', '-c', 'echo no such table; exit 43'] },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await root.boot({ wrapper: ownDev });
    expect(await container.exited, container.stderr()).toBe(43);
    expect(JSON.parse(readFileSync(root.path('dev/termination-log'), 'utf8'))).toMatchObject({
      exitCode: 43,
      exitedBy: 'phase',
      phase: 'migrate',
      reason: expect.stringMatching(/^migrate failed: exit 43/),
      lastLines: ['no such table'],
    });
  });
});

describe('colors', () => {
  const config = { phases: { 'exec-app': { command: ['true'] } } };

  it.each([
    ['on a terminal', {}, true],
    ['with NO_COLOR', { NO_COLOR: '1' }, false],
  ])('%s: %j', async (_, env, colored) => {
    using root = image({ 'twenty-init.config.json': config });
    await using terminal = openTerminal(root.commandLine(['run']), {
      cwd: root.root,
      env: { ...process.env, NO_COLOR: '', TERM: 'xterm', ...env },
    });
    await terminal.exited;
    expect(terminal.screen()).toContain('exec-app');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the color codes
    expect(/\u001b\[\d+m/.test(terminal.screen())).toBe(colored);
  });

  it('are none in a pipe', async () => {
    using root = image({ 'twenty-init.config.json': config });
    await using container = await root.boot();
    await container.exited;
    expect(container.stderr()).not.toContain('\u001b[');
  });
});
