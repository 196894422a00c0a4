import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { configShape } from '../../src/config/schema.ts';
import type { Shape } from '../../src/config/shape.ts';
import { validate } from '../../src/config/validate.ts';
import { withDefaults } from '../../src/config/with-defaults.ts';
import { prepare } from '../../src/plan/prepare.ts';

/** Whatever has keys with defaults is in it, and none of these keys. */
const bare: Config = {
  phases: {
    work: {
      steps: [
        { name: 'one', command: ['one'] },
        { name: 'two', command: ['two'], retry: { attempts: 2 } },
      ],
    },
    'exec-app': {
      command: ['app'],
      readiness: { tcpSocket: 'localhost:80' },
      restart: 'on-failure',
    },
  },
  post: { later: { command: ['later'] } },
  log: { file: '/var/log/app.log' },
};

/** Every default, and a value that would change the boot. */
const defaults: readonly (readonly [path: string, standard: unknown, other: unknown])[] = [
  ['env.required', [], ['MISSING']],
  ['env.fromFiles', [], ['SECRET']],
  ['phases.work.env', {}, { A: '1' }],
  ['phases.work.onFailure', 'abort', 'warn'],
  ['phases.work.stopSignal', 'SIGTERM', 'SIGINT'],
  ['phases.work.onStop', 'cancel', 'defer'],
  ['phases.work.retry.attempts', 1, 2],
  ['phases.work.retry.delay', '1s', '2s'],
  ['phases.work.retry.factor', 2, 3],
  ['phases.work.retry.maxDelay', '30s', '31s'],
  ['phases.work.retry.jitter', true, false],
  ['phases.work.steps.0.env', {}, { A: '1' }],
  ['phases.work.steps.0.onFailure', 'abort', 'warn'],
  ['phases.work.steps.1.env', {}, { A: '1' }],
  ['phases.work.steps.1.onFailure', 'abort', 'ignore'],
  ['phases.work.steps.1.retry.delay', '1s', '2s'],
  ['phases.work.steps.1.retry.factor', 2, 3],
  ['phases.work.steps.1.retry.maxDelay', '30s', '31s'],
  ['phases.work.steps.1.retry.jitter', true, false],
  ['phases.exec-app.match', [], [['other']]],
  ['phases.exec-app.env', {}, { A: '1' }],
  ['phases.exec-app.mode', 'auto', 'supervise'],
  ['phases.exec-app.stopSignal', 'SIGTERM', 'SIGINT'],
  ['phases.exec-app.gracePeriod', '30s', '31s'],
  ['phases.exec-app.successExitCodes', [0], [0, 'forwarded']],
  ['phases.exec-app.readiness.initialDelay', '0s', '1s'],
  ['phases.exec-app.readiness.period', '2s', '3s'],
  ['phases.exec-app.readiness.timeout', '2s', '3s'],
  ['phases.exec-app.readiness.successThreshold', 1, 2],
  ['phases.exec-app.readiness.failureThreshold', 3, 4],
  ['phases.exec-app.restart.delay', '1s', '2s'],
  ['phases.exec-app.restart.factor', 2, 3],
  ['phases.exec-app.restart.maxDelay', '30s', '31s'],
  ['phases.exec-app.restart.maxRestarts', 5, 6],
  ['phases.exec-app.restart.window', '5m', '6m'],
  ['post.later.env', {}, { A: '1' }],
  ['post.later.onFailure', 'abort', 'warn'],
  ['post.later.stopSignal', 'SIGTERM', 'SIGINT'],
  ['post.later.onStop', 'cancel', 'defer'],
  ['post.later.retry.attempts', 1, 2],
  ['post.later.retry.delay', '1s', '2s'],
  ['post.later.retry.factor', 2, 3],
  ['post.later.retry.maxDelay', '30s', '31s'],
  ['post.later.retry.jitter', true, false],
  ['log.format', 'text', 'json'],
  ['log.file.maxSize', '10M', '11M'],
  ['log.file.maxFiles', 5, 6],
];

const filled = withDefaults(bare);

describe('the defaults', () => {
  it('are what validate adds to a config, and nothing else is', () => {
    const written = new Set(leaves(bare).map(([path]) => path));
    const result = validate(bare);
    const added = leaves('config' in result && result.config).filter(
      ([path]) => !written.has(path),
    );
    expect(added.sort()).toEqual(
      [
        ...defaults.map(([path, standard]) => [path, standard]),
        // What was written in a word.
        ['log.file.path', '/var/log/app.log'],
        ['phases.exec-app.restart.policy', 'on-failure'],
        // It has no default but that of itself.
        ['shutdown', {}],
      ].sort(),
    );
  });

  it('of a config that says nothing are those of its sections', () => {
    expect(validate({ phases: { 'exec-app': {} } })).toEqual({
      written: { phases: { 'exec-app': {} } },
      config: {
        env: { required: [], fromFiles: [] },
        phases: {
          'exec-app': {
            env: {},
            match: [],
            mode: 'auto',
            stopSignal: 'SIGTERM',
            gracePeriod: '30s',
            successExitCodes: [0],
            restart: {
              policy: 'never',
              delay: '1s',
              factor: 2,
              maxDelay: '30s',
              maxRestarts: 5,
              window: '5m',
            },
          },
        },
        post: {},
        shutdown: {},
        log: { format: 'text' },
      },
    });
  });

  it('are all here', () => {
    const told = defaults.map(([path]) => path.replace('.work', '.NAME').replace(/\.\d/, '[]'));
    const isTold = (path: string): boolean =>
      told.some((other) => other === path || other.startsWith(`${path}.`));
    // Phases are the same in post; the other ones are in the test before this one.
    expect(defaultsIn(configShape, '').filter((path) => !isTold(path))).toEqual(['shutdown']);
  });

  it('leave what was written as it was, in its order', () => {
    const before = structuredClone(bare);
    const names = ['zebra', 'toString', 'apple', 'exec-app'];
    const phases = Object.fromEntries(names.map((name) => [name, { command: ['x'] }]));
    expect(Object.keys(withDefaults({ phases } as unknown as Config).phases)).toEqual(names);
    withDefaults(bare);
    expect(bare).toEqual(before);
    expect(withDefaults(filled)).toEqual(filled);
  });
});

describe('in a boot', () => {
  let directory = '';
  let standardBoot: unknown;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'defaults-'));
    standardBoot = await prepared(bare);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** What comes of a config, without and with a CMD. */
  async function prepared(config: unknown): Promise<unknown> {
    const file = join(directory, 'twenty-init.config.json');
    writeFileSync(file, JSON.stringify(config));
    const env = { SECRET_FILE: join(directory, 'none') };
    const inputs = { config: file, cwd: directory, env };
    const {
      config: _,
      written: __,
      ...result
    } = { config: 0, written: 0, ...(await prepare(inputs)) };
    return [result, (await prepare({ ...inputs, cmd: ['other'] })).type];
  }

  it('every default does what it does when it is written', async () => {
    expect(await prepared(filled)).toEqual(standardBoot);
  });

  it.each(defaults)('%s is %j, and %j would be another boot', async (path, standard, other) => {
    const written = replaced(filled, path.split('.'), standard);
    expect(written).toEqual(filled);
    expect(await prepared(replaced(filled, path.split('.'), other))).not.toEqual(standardBoot);
  });
});

/** Values that hold no others, with their paths. */
function leaves(value: unknown, path = ''): [path: string, value: unknown][] {
  const isLeaf =
    typeof value !== 'object' ||
    value === null ||
    Object.keys(value).length === 0 ||
    (Array.isArray(value) && !/steps$/.test(path));
  if (isLeaf) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, path === '' ? key : `${path}.${key}`),
  );
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === key ? replaced(item, rest, by) : item));
  const entries = value as Record<string, unknown>;
  return { ...entries, [key]: replaced(entries[key], rest, by) };
}

/** The paths of the keys that have one, as the reference writes them. */
function defaultsIn(shape: Shape, path: string): string[] {
  switch (shape.kind) {
    case 'object':
      return [
        ...Object.entries(shape.keys).flatMap(([name, key]) => {
          const at = path === '' ? name : `${path}.${name}`;
          return [...(key.default === undefined ? [] : [at]), ...defaultsIn(key.shape, at)];
        }),
        ...(shape.rest === undefined ? [] : defaultsIn(shape.rest, `${path}.NAME`)),
      ];
    case 'list':
      return defaultsIn(shape.of, `${path}[]`);
    case 'either':
      return shape.shapes.flatMap((inner) => defaultsIn(inner, path));
    default:
      return [];
  }
}
