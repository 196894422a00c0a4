import { restartDefaults } from '@twenty-init/core/restart';
import { defaultLogFormat, logFormats } from './config.ts';
import { durationText } from './duration.ts';
import {
  anyText,
  choice,
  command,
  count,
  duration,
  environment,
  type Key,
  list,
  object,
  orObject,
  required,
  type Shape,
  text,
  withDefault,
} from './shape.ts';
import { stopSignals } from './signal-names.ts';

const variableNames: Shape = list(
  { kind: 'text', expected: 'the name of a variable', pattern: /^[A-Za-z_][A-Za-z0-9_]*$/ },
  'a list of variable names',
);

const condition = object({ env: environment, file: text, exec: command });

const factor: Shape = { kind: 'number', minimum: 1, whole: false };

/** With the defaults of `createSupervisor`: the library and a boot have one set. */
const backoff = {
  delay: withDefault(duration, durationText(restartDefaults.delayMs)),
  factor: withDefault(factor, restartDefaults.factor),
  maxDelay: withDefault(duration, durationText(restartDefaults.maxDelayMs)),
};

const retry = object({
  attempts: required(count),
  ...backoff,
  jitter: withDefault({ kind: 'boolean' }, true),
});

const place = { cwd: text, env: withDefault(environment, {}) };

/** The command of a phase, a step or the app, with the key that makes it a string. */
function commandKeys(key: Key = { shape: command }): { command: Key; shell: Shape } {
  return {
    command: {
      ...key,
      instead: {
        beside: 'shell',
        shape: { kind: 'text', expected: 'a string for the shell to run', pattern: /\S/ },
        hint: 'shell: "/bin/sh" beside a string',
      },
    },
    shell: {
      kind: 'text',
      expected: 'a shell such as "/bin/sh" or "bash", without arguments',
      pattern: /^(\/[^\s$]+|[^\s/$]+)$/,
    },
  };
}

const stopSignal: Shape = {
  kind: 'choice',
  values: stopSignals,
  expected: 'the name of a signal that can be caught, such as "SIGQUIT"',
};

const work = {
  ...place,
  skipIf: condition,
  onlyIf: condition,
  onFailure: withDefault(choice('abort', 'warn', 'ignore'), 'abort'),
  retry,
  timeout: duration,
  idleTimeout: duration,
  stopSignal,
};

const step = object({ name: required(text), ...commandKeys(required(command)), ...work });

const phase = object(
  {
    ...commandKeys(),
    steps: list(step, 'a list of steps', { notEmpty: true }),
    run: { kind: 'function' },
    ...work,
    retry: withDefault(retry, { attempts: 1 }),
    stopSignal: withDefault(stopSignal, 'SIGTERM'),
    needs: list(text, 'a list of phases'),
    onStop: withDefault(choice('cancel', 'defer'), 'cancel'),
  },
  { exactlyOneOf: ['command', 'steps', 'run'] },
);

/** Expanded later, so that a variable may stand in it. */
const url: Shape = {
  kind: 'text',
  expected: 'a URL such as "http://localhost:3000/healthz"',
  pattern: /^(https?:\/\/|\$\{)/,
};

const readiness = object(
  {
    httpGet: {
      kind: 'either',
      shapes: [url, list(url, 'a list of URLs', { notEmpty: true })],
      expected: 'a URL or a list of URLs',
    },
    tcpSocket: {
      kind: 'text',
      expected: 'host:port, such as "localhost:3000"',
      pattern: /^.+:(\d+|\$\{.+\})$/,
    },
    exec: command,
    /** As `spawnChild` takes it. */
    notifyFd: { kind: 'number', minimum: 3, maximum: 255, whole: true },
    initialDelay: withDefault(duration, '0s'),
    period: withDefault({ ...duration, minimumMs: 1 }, '2s'),
    timeout: withDefault({ ...duration, minimumMs: 1 }, '2s'),
    successThreshold: withDefault(count, 1),
    failureThreshold: withDefault(count, 3),
  },
  { exactlyOneOf: ['httpGet', 'tcpSocket', 'exec', 'notifyFd'] },
);

const restartPolicy = choice('never', 'on-failure', 'always');

const restart: Shape = orObject(
  restartPolicy,
  'policy',
  object({
    policy: required(restartPolicy),
    ...backoff,
    maxRestarts: withDefault(count, restartDefaults.maxRestarts),
    window: withDefault(duration, durationText(restartDefaults.windowMs)),
  }),
  '"never", "on-failure", "always" or an object with a policy',
);

const exitCode: Shape = {
  kind: 'either',
  shapes: [{ kind: 'number', minimum: 0, maximum: 255, whole: true }, choice('forwarded')],
  expected: 'an exit code or "forwarded"',
};

/** What fits into a handoff to `pid1`. */
export const gracePeriod: Shape = { ...duration, maximum: '9h' };

const app = object({
  ...commandKeys(),
  match: withDefault(list(command, 'a list of commands'), []),
  ...place,
  mode: withDefault(choice('auto', 'exec', 'handoff', 'supervise'), 'auto'),
  readiness,
  startTimeout: duration,
  stopSignal: withDefault(stopSignal, 'SIGTERM'),
  gracePeriod: withDefault(gracePeriod, '30s'),
  successExitCodes: withDefault(list(exitCode, 'a list'), [0]),
  restart: withDefault(restart, restartDefaults.policy),
});

const size: Shape = {
  kind: 'text',
  expected: 'a size such as "512K", "10M" or "1G"',
  pattern: /^[1-9]\d*[KMG]$/,
};

const logFile: Shape = orObject(
  text,
  'path',
  object({
    path: required(text),
    maxSize: withDefault(size, '10M'),
    maxFiles: withDefault(count, 5),
  }),
  'a path or an object with a path',
);

export const logFormat: Shape = choice(...logFormats);

export const configShape: Shape & { readonly kind: 'object' } = {
  kind: 'object',
  keys: keys({
    $schema: anyText,
    name: text,
    cwd: { kind: 'text', expected: 'an absolute path, such as "/app"', pattern: /^(\/|\$\{)/ },
    env: withDefault(
      object({
        required: withDefault(variableNames, []),
        fromFiles: withDefault(variableNames, []),
      }),
      {},
    ),
    phases: required(
      object(
        { 'exec-app': required(app) },
        { rest: phase, expected: 'an object of phases, the last one "exec-app"' },
      ),
    ),
    post: withDefault({ kind: 'map', of: phase, expected: 'an object of phases' }, {}),
    shutdown: withDefault(object({ timeout: duration }), {}),
    log: withDefault(
      object({ format: withDefault(logFormat, defaultLogFormat), file: logFile }),
      {},
    ),
  }),
};

function keys(entries: Readonly<Record<string, Key | Shape>>): Readonly<Record<string, Key>> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, key]) => [name, 'kind' in key ? { shape: key } : key]),
  );
}
