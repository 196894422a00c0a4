const app = { command: ['node', 'server.js'] };
const one = (phase: unknown): object => ({ phases: { one: phase, 'exec-app': app } });
const withApp = (more: object): object => ({ phases: { 'exec-app': { ...app, ...more } } });

/** Configs of which every part is used by some. */
export const good: readonly (readonly [name: string, config: unknown])[] = [
  ['only the app', { phases: { 'exec-app': {} } }],
  ['phases before it', one({ command: ['x'] })],
  [
    'every key',
    {
      $schema: 'node_modules/twenty-init/schema.json',
      name: 'app',
      cwd: '/app',
      env: { required: ['URL'], fromFiles: ['JWT_SECRET'] },
      phases: {
        migrate: {
          steps: [
            {
              name: 'init',
              command: ['x', ''],
              cwd: 'server',
              env: { A: '' },
              onlyIf: { env: { B: 'true' }, file: 'x', exec: ['test', '-e', 'y'] },
              skipIf: { file: 'z' },
              onFailure: 'ignore',
              retry: { attempts: 3, delay: '1s', factor: 1.5, maxDelay: '10s', jitter: false },
              timeout: '1h30m',
              idleTimeout: '10m',
            },
          ],
          onStop: 'defer',
          timeout: '2h',
          needs: [],
        },
        register: { command: ['y'], needs: ['migrate'], onStop: 'cancel', onFailure: 'warn' },
        'exec-app': {
          ...app,
          match: [['npm', 'start']],
          mode: 'supervise',
          readiness: {
            httpGet: ['http://localhost:3000/healthz', 'http://localhost:3000/'],
            initialDelay: '1s',
            period: '500ms',
            timeout: '2s',
            successThreshold: 1,
            failureThreshold: 3,
          },
          startTimeout: '3m',
          gracePeriod: '250ms',
          successExitCodes: [0, 143, 'forwarded'],
          restart: {
            policy: 'on-failure',
            delay: '1s',
            factor: 2,
            maxDelay: '30s',
            maxRestarts: 5,
            window: '5m',
          },
        },
      },
      post: { report: { command: ['z'], timeout: '10s' } },
      shutdown: { timeout: '1m' },
      log: { format: 'json', file: { path: '/log/app.log', maxSize: '10M', maxFiles: 3 } },
    },
  ],
  ['a log file by its path', { ...withApp({}), log: { file: '${LOG}/app.log' } }],
  ['a variable for the cwd', { cwd: '${APP_DIR}', phases: { 'exec-app': app } }],
  ['a probe by TCP', withApp({ readiness: { tcpSocket: 'localhost:3000' } })],
  [
    'a probe by TCP on a port from a variable',
    withApp({ readiness: { tcpSocket: '[::1]:${PORT}' } }),
  ],
  ['a probe by a command', withApp({ readiness: { exec: ['true'] } })],
  [
    'an app that says itself that it is ready',
    withApp({ readiness: { notifyFd: 3 }, startTimeout: '1m' }),
  ],
  ['the highest descriptor', withApp({ readiness: { notifyFd: 255 } })],
  ['NOTIFY_FD by itself', withApp({ env: { NOTIFY_FD: '3' } })],
  ['a probe by one URL', withApp({ readiness: { httpGet: '${URL}' } })],
  ['a restart policy in one word', withApp({ restart: 'always' })],
  ['an empty list of needs', one({ command: ['x'], needs: [] })],
];

/** Configs that both the validator and the JSON Schema refuse. */
export const bad: readonly (readonly [
  name: string,
  config: unknown,
  where: string,
  what: string,
])[] = [
  ['nothing in it', null, 'the config', 'expected an object'],
  ['a list', [], 'the config', 'expected an object'],
  ['no phases', {}, 'phases', 'is missing'],
  ['no exec-app', { phases: {} }, 'phases.exec-app', 'is missing'],
  [
    'an unknown key',
    withApp({ comand: ['x'] }),
    'phases.exec-app.comand',
    'did you mean "command"?',
  ],
  [
    'a key of a feature that is not there',
    { phases: { 'exec-app': app }, zebra: 1 },
    'zebra',
    'known here: name, cwd, env, phases',
  ],
  [
    'a lock, which comes later',
    one({ command: ['x'], lock: {} }),
    'phases.one.lock',
    'unknown key',
  ],
  ['waitFor, which comes later', { ...withApp({}), waitFor: [] }, 'waitFor', 'unknown key'],
  ['health, which comes later', { ...withApp({}), health: {} }, 'health', 'unknown key'],
  [
    'a probe of a database, which comes later',
    one({ command: ['x'], onlyIf: { postgres: {} } }),
    'phases.one.onlyIf.postgres',
    'unknown key',
  ],
  [
    'a shell string',
    withApp({ command: 'npm start' }),
    'phases.exec-app.command',
    'expected a list',
  ],
  ['an empty command', withApp({ command: [] }), 'phases.exec-app.command', 'must name a program'],
  [
    'an empty program',
    withApp({ command: [''] }),
    'phases.exec-app.command',
    'must name a program',
  ],
  [
    'a number in a command',
    withApp({ command: ['x', 1] }),
    'phases.exec-app.command.1',
    'a string',
  ],
  [
    'a phase that does nothing',
    one({}),
    'phases.one',
    'exactly one of command, steps, run, has none',
  ],
  [
    'a phase that does two things',
    one({ command: ['x'], steps: [{ name: 'a', command: ['x'] }] }),
    'phases.one',
    'has command and steps',
  ],
  ['no step', one({ steps: [] }), 'phases.one.steps', 'must not be empty'],
  [
    'a step without a name',
    one({ steps: [{ command: ['x'] }] }),
    'phases.one.steps.0.name',
    'is missing',
  ],
  [
    'a step that needs others',
    one({ steps: [{ name: 'a', command: ['x'], needs: [] }] }),
    'phases.one.steps.0.needs',
    'unknown key',
  ],
  ['a function in JSON', one({ run: 'x' }), 'phases.one.run', 'a function'],
  [
    'a bare number for a duration',
    withApp({ gracePeriod: 30 }),
    'phases.exec-app.gracePeriod',
    'a duration with a unit',
  ],
  [
    'a duration without a unit',
    withApp({ gracePeriod: '30' }),
    'phases.exec-app.gracePeriod',
    'a duration with a unit',
  ],
  ['a relative cwd at the top', { cwd: 'app', ...withApp({}) }, 'cwd', 'an absolute path'],
  ['an empty cwd', withApp({ cwd: '' }), 'phases.exec-app.cwd', 'not empty'],
  [
    'a number in env',
    withApp({ env: { PORT: 3000 } }),
    'phases.exec-app.env.PORT',
    'expected a string, got 3000',
  ],
  [
    'a variable that cannot be one',
    { env: { required: ['A B'] }, ...withApp({}) },
    'env.required.0',
    'the name of a variable',
  ],
  ['no attempts', one({ command: ['x'], retry: {} }), 'phases.one.retry.attempts', 'is missing'],
  [
    'half an attempt',
    one({ command: ['x'], retry: { attempts: 1.5 } }),
    'phases.one.retry.attempts',
    'a whole number of at least 1',
  ],
  [
    'a factor that shrinks',
    one({ command: ['x'], retry: { attempts: 2, factor: 0.5 } }),
    'phases.one.retry.factor',
    'at least 1',
  ],
  [
    'a word for a boolean',
    one({ command: ['x'], retry: { attempts: 2, jitter: 'no' } }),
    'phases.one.retry.jitter',
    'true or false',
  ],
  [
    'an unknown onFailure',
    one({ command: ['x'], onFailure: 'continue' }),
    'phases.one.onFailure',
    '"abort", "warn" or "ignore", got "continue"',
  ],
  ['an unknown mode', withApp({ mode: 'fork' }), 'phases.exec-app.mode', '"auto", "exec"'],
  [
    'two probes',
    withApp({ readiness: { exec: ['x'], tcpSocket: 'a:1' } }),
    'phases.exec-app.readiness',
    'exactly one of',
  ],
  ['no probe', withApp({ readiness: {} }), 'phases.exec-app.readiness', 'has none of them'],
  [
    'a probe beside notifyFd',
    withApp({ readiness: { notifyFd: 3, httpGet: 'http://localhost/' } }),
    'phases.exec-app.readiness',
    'has httpGet and notifyFd',
  ],
  ...[2, 256, 3.5, -1, '3', null].map(
    (notifyFd) =>
      [
        `the descriptor ${JSON.stringify(notifyFd)}`,
        withApp({ readiness: { notifyFd } }),
        'phases.exec-app.readiness.notifyFd',
        'expected a whole number from 3 to 255, got ',
      ] as const,
  ),
  [
    'a URL of a database',
    withApp({ readiness: { httpGet: 'postgres://x' } }),
    'phases.exec-app.readiness.httpGet',
    'a URL such as',
  ],
  [
    'no port',
    withApp({ readiness: { tcpSocket: 'localhost' } }),
    'phases.exec-app.readiness.tcpSocket',
    'host:port',
  ],
  [
    'a number for a probe',
    withApp({ readiness: { httpGet: 3000 } }),
    'phases.exec-app.readiness.httpGet',
    'a URL or a list',
  ],
  [
    'a restart that is none',
    withApp({ restart: 'sometimes' }),
    'phases.exec-app.restart',
    '"never", "on-failure" or "always"',
  ],
  [
    'a restart without a policy',
    withApp({ restart: {} }),
    'phases.exec-app.restart.policy',
    'is missing',
  ],
  [
    'a signal for an exit code',
    withApp({ successExitCodes: ['SIGTERM'] }),
    'phases.exec-app.successExitCodes.0',
    '"forwarded"',
  ],
  ['post that is a list', { ...withApp({}), post: [] }, 'post', 'an object of phases'],
  [
    'a size without a unit',
    { ...withApp({}), log: { file: { path: 'x', maxSize: '100' } } },
    'log.file.maxSize',
    'a size such as',
  ],
  [
    'a log file without a path',
    { ...withApp({}), log: { file: {} } },
    'log.file.path',
    'is missing',
  ],
  [
    'a log format that is none',
    { ...withApp({}), log: { format: 'xml' } },
    'log.format',
    '"text" or "json"',
  ],
];

/** Configs that only the validator can refuse: no JSON Schema sees an order or a graph. */
export const badBeyondSchema: typeof bad = [
  [
    'a duration that no timer can wait for',
    one({ command: ['x'], timeout: '577h' }),
    'phases.one.timeout',
    'at most 576h, got "577h"',
  ],
  [
    'a grace period that pid1 cannot be told',
    withApp({ gracePeriod: '9h1m' }),
    'phases.exec-app.gracePeriod',
    'at most 9h',
  ],
  [
    'probes without a pause',
    withApp({ readiness: { exec: ['x'], period: '0s' } }),
    'phases.exec-app.readiness.period',
    'at least 1ms',
  ],
  ...['initialDelay', 'period', 'timeout', 'successThreshold', 'failureThreshold'].map(
    (key) =>
      [
        `${key} beside notifyFd`,
        withApp({ readiness: { notifyFd: 3, [key]: /Threshold/.test(key) ? 2 : '2s' } }),
        `phases.exec-app.readiness.${key}`,
        'is for probes',
      ] as const,
  ),
  [
    'a NOTIFY_FD of its own beside notifyFd',
    withApp({ readiness: { notifyFd: 3 }, env: { NOTIFY_FD: '4' } }),
    'phases.exec-app.env.NOTIFY_FD',
    'is set by readiness.notifyFd',
  ],
  [
    'exec-app before a phase',
    { phases: { 'exec-app': app, migrate: { command: ['x'] } } },
    'phases.exec-app',
    'must be written last',
  ],
  [
    'a phase named by a number',
    { phases: { 1: { command: ['x'] }, 'exec-app': app } },
    'phases.1',
    'cannot be named by a number',
  ],
  [
    'a need that is not there',
    {
      phases: {
        migrate: { command: ['x'] },
        b: { command: ['x'], needs: ['migrat'] },
        'exec-app': app,
      },
    },
    'phases.b.needs',
    'no phase "migrat", did you mean "migrate"?',
  ],
  [
    'a need for exec-app',
    one({ command: ['x'], needs: ['exec-app'] }),
    'phases.one.needs',
    'after every phase',
  ],
  [
    'a circle',
    {
      phases: {
        a: { command: ['x'], needs: ['c'] },
        b: { command: ['x'] },
        c: { command: ['x'] },
        'exec-app': app,
      },
    },
    'phases.a.needs',
    'goes in a circle: a needs c needs b needs a',
  ],
  [
    'two steps of one name',
    one({
      steps: [
        { name: 'a', command: ['x'] },
        { name: 'a', command: ['y'] },
      ],
    }),
    'phases.one.steps',
    'two steps are named "a"',
  ],
  [
    'a post phase with the name of another',
    { ...one({ command: ['x'] }), post: { one: { command: ['x'] } } },
    'post.one',
    'there is a phases.one already',
  ],
  [
    'a post phase that needs others',
    { ...withApp({}), post: { a: { command: ['x'], needs: [] } } },
    'post.a.needs',
    'one after another',
  ],
  [
    'a start time-out without a probe',
    withApp({ startTimeout: '1m' }),
    'phases.exec-app.startTimeout',
    'needs readiness',
  ],
];
