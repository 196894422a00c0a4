import { describe, expect, it } from 'vitest';
import {
  become,
  createReaper,
  createSupervisor,
  fanOut,
  findProgram,
  handOff,
  killAll,
  killTree,
  OptionError,
  pid1Path,
  processTree,
  setSubreaper,
  spawnChild,
} from '../src/index.ts';

// What a program in JavaScript can pass; the types refuse all of it.
const anything = (value: unknown): never => value as never;
const spawn = (options: object) => spawnChild('true', [], anything(options));
const supervise = (process: object, options = {}) =>
  createSupervisor(anything([{ name: 'a', command: ['true'], ...process }]), anything(options));
const restart = (rest: object) => supervise({ restart: { policy: 'always', ...rest } });

const calls: [string, () => unknown, string][] = [
  [
    'an unknown option of spawnChild',
    () => spawn({ cwdd: '/' }),
    'spawnChild has no option cwdd; it takes cwd, env, ',
  ],
  [
    'an unknown option of become',
    () => become('true', [], anything({ argv0: 'x' })),
    'become has no option argv0',
  ],
  [
    'an unknown option of fanOut',
    () => fanOut([], anything({ routes: {} })),
    'fanOut has no option routes',
  ],
  [
    'an unknown option of createReaper',
    () => createReaper(anything({ grace: 5 })),
    'createReaper has no option grace',
  ],
  [
    'an unknown option of killTree',
    () => killTree(2 ** 30, anything({ sig: 9 })),
    'killTree has no option sig',
  ],
  [
    'an unknown option of killAll',
    () => killAll(anything({ sig: 9 })),
    'killAll has no option sig',
  ],
  [
    'an unknown option of processTree',
    () => processTree(1, anything({ depth: 1 })),
    'processTree has no option depth',
  ],
  [
    'an unknown option of setSubreaper',
    () => setSubreaper(true, anything({ on: 1 })),
    'setSubreaper has no option on',
  ],
  [
    'an unknown option of pid1Path',
    () => pid1Path(anything({ platform: 'x' })),
    'pid1Path has no option platform',
  ],
  [
    'an unknown option of findProgram',
    () => findProgram('true', anything({ cwd: '/', PATH: '' })),
    'findProgram has no option PATH',
  ],
  [
    'an unknown option of handOff',
    () => handOff(1, anything({ pid: 2, grace: 1 })),
    'handOff has no option grace',
  ],
  [
    'an unknown option of createSupervisor',
    () => supervise({}, { backoff: {} }),
    'createSupervisor has no option backoff; it takes onEvent, ',
  ],
  [
    'an unknown option of a process',
    () => supervise({ maxRestarts: 1 }),
    'process "a" has no option maxRestarts',
  ],
  [
    'an unknown option of a restart',
    () => restart({ initialMs: 0 }),
    'restart of process "a" has no option initialMs',
  ],
  [
    'a name of Object.prototype',
    () => spawn({ constructor: 1 }),
    'spawnChild has no option constructor',
  ],
  [
    'options that are none',
    () => spawn(anything('x')),
    'Expected the options of spawnChild to be an object, got a string',
  ],
  [
    'an empty command',
    () => supervise({ command: [] }),
    'Expected command of process "a" to be a list of a program and its arguments, got a list',
  ],
  [
    'a command that is a string',
    () => supervise({ command: 'node x' }),
    'Expected command of process "a" to be a list of a program and its arguments, got a string',
  ],
  [
    'a process without a command',
    () => supervise({ command: undefined }),
    'Expected command of process "a" to be',
  ],
  [
    'a process without a name',
    () => supervise({ name: undefined }),
    'Expected the name of a process to be a string, got undefined',
  ],
  ['a process that is a string', () => createSupervisor(anything(['node'])), 'Expected'],
  [
    'processes that are no list',
    () => createSupervisor(anything({})),
    'Expected the processes of createSupervisor to be a list of processes, got an object',
  ],
  [
    'a delay of NaN',
    () => restart({ delayMs: Number.NaN }),
    'Expected delayMs of restart of process "a" to be a number of ms from 0 on, got NaN',
  ],
  ['a negative delay', () => restart({ delayMs: -1 }), 'got -1'],
  [
    'a delay that is a text',
    () => restart({ maxDelayMs: '10s' }),
    'Expected maxDelayMs of restart of process "a" to be a number of ms from 0 on, got "10s"',
  ],
  [
    'a factor below 1',
    () => restart({ factor: 0.5 }),
    'Expected factor of restart of process "a" to be a number from 1 on, got 0.5',
  ],
  [
    'half a restart',
    () => restart({ maxRestarts: 1.5 }),
    'Expected maxRestarts of restart of process "a" to be a whole number from 0 on, got 1.5',
  ],
  [
    'a restart without a policy',
    () => supervise({ restart: { delayMs: 5 } }),
    'Expected restart of process "a" to be never, on-failure, always or an object with a policy, got an object',
  ],
  ['a policy of Compose', () => supervise({ restart: 'no' }), 'got "no"'],
  [
    'a negative grace',
    () => supervise({ gracePeriodMs: -5 }),
    'Expected gracePeriodMs of process "a" to be',
  ],
  [
    'a negative grace of the reaper',
    () => createReaper({ graceMs: -1 }),
    'Expected graceMs of createReaper to be a number of ms from 0 on, got -1',
  ],
  [
    'a time-out of NaN',
    () => killTree(2 ** 30, { timeoutMs: Number.NaN }),
    'Expected timeoutMs of killTree to be',
  ],
  [
    'an essential that is a text',
    () => supervise({ essential: 'yes' }),
    'Expected essential of process "a" to be true or false, got a string',
  ],
  [
    'a ready that is no function',
    () => supervise({ ready: 3000 }),
    'Expected ready of process "a" to be a function, got 3000',
  ],
  [
    'a signal that is none',
    () => supervise({ stopSignal: 'TERM' }),
    'Expected stopSignal of process "a" to be a signal, such as SIGTERM or 15, got "TERM"',
  ],
  [
    'a signal of 65',
    () => killTree(2 ** 30, { signal: 65 }),
    'Expected signal of killTree to be a signal, such as SIGTERM or 15, got 65',
  ],
  [
    'an AbortSignal that is none',
    () => spawn({ signal: 'SIGTERM' }),
    'Expected signal of spawnChild to be an AbortSignal, got "SIGTERM"',
  ],
  [
    'an environment with a number in it',
    () => spawn({ env: { PORT: 3000 } }),
    'Expected env of spawnChild to be an object of strings, got an object',
  ],
  [
    'a cwd that is a URL',
    () => spawn({ cwd: new URL('file:///') }),
    'Expected cwd of spawnChild to be a string, got an object',
  ],
  [
    'a stdin that is a pipe',
    () => spawn({ stdin: 'pipe' }),
    'Expected stdin of spawnChild to be inherit or ignore, got "pipe"',
  ],
  [
    'a route that is none',
    () => fanOut([], { signals: { SIGHUP: anything('ignore') } }),
    'Expected signals.SIGHUP of fanOut to be forward, drop, default, a signal or a function, got "ignore"',
  ],
  [
    'arguments that are a string',
    () => spawnChild('sh', anything('-c secret')),
    'Expected the arguments of spawnChild to be a list of strings, got a string',
  ],
  [
    'a command that is a list',
    () => spawnChild(anything(['sh'])),
    'Expected the command of spawnChild to be a string, got a list',
  ],
  [
    'a command of become that is a list',
    () => become(anything(['sh'])),
    'Expected the command of become to be a string, got a list',
  ],
];

describe('what an option takes is checked when it is given', () => {
  it.each(calls)('%s', async (_, call, message) => {
    const failure = await Promise.resolve()
      .then(call)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OptionError);
    expect(failure).toMatchObject({ name: 'OptionError', code: 'INVALID_OPTION' });
    expect((failure as OptionError).message).toContain(message);
  });

  it('names the option, and shows no text that may be a secret', async () => {
    const failure = await spawnChild(anything('mysql'), anything('-psecret')).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ option: 'args' });
    expect(failure.message).not.toContain('secret');
  });

  it('an option that is undefined was not given', async () => {
    const child = await spawnChild('true', [], { cwd: undefined, signal: undefined });
    expect(await child.exited).toEqual({ exitCode: 0 });
  });
});
