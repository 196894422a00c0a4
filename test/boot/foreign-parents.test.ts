import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Container } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { until } from '../harness/wait.ts';

/** Starts a program, passes SIGTERM on and ends with its code; reaps nothing else. */
const parent = `#!/usr/bin/env node
  const { constants } = require('node:os');
  const [program, ...args] = process.argv.slice(2);
  const child = require('node:child_process').spawn(program, args, { stdio: 'inherit' });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
`;
const tiniStatic = spawnSync('sh', ['-c', 'command -v tini-static']).stdout.toString().trim();

/** What stands above twenty-init, and is no pid1 of ours. */
const parents: readonly (readonly [string, (root: Image) => readonly string[]])[] = [
  ['tini', () => ['tini', '--']],
  // As \`docker run --init\` does it: the engine's own docker-init is tini-static.
  [
    'docker run --init',
    (root) => {
      copyFileSync(tiniStatic, root.path('docker-init'));
      return [root.path('docker-init'), '--'];
    },
  ],
  ['dumb-init', () => ['dumb-init', '--']],
  ['catatonit', () => ['catatonit', '--']],
  ['a parent that is no init', (root) => [root.path('parent.js')]],
];

interface Case {
  readonly app?: object;
  readonly config?: object;
  readonly script: string;
  /** What the app has written when the signal is sent; without it none is sent. */
  readonly stopAt?: RegExp;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  readonly more?: (container: Container, root: Image) => Promise<void> | void;
}

const deaf = 'trap "echo not me" TERM; echo up; while :; do sleep 0.01; done';
const readiness = { exec: ['true'] };
/** Starts something that leaves the process group, and becomes a program that dies of SIGTERM. */
const withDaemon =
  'setsid sh -c \'trap "echo swept; exit" TERM; echo up; while :; do sleep 0.01; done\' & exec sleep 1000';

const cases: Readonly<Record<string, Case>> = {
  'exec: the code of the app': { script: 'exit 7', code: 7 },
  'exec: successExitCodes forwarded, and the sweep of what left the group': {
    app: { mode: 'exec', gracePeriod: '10s', successExitCodes: [0, 'forwarded'] },
    script: withDaemon,
    stopAt: /^up$/m,
    code: 0,
    stdout: /^swept$/m,
  },
  'exec: gracePeriod': {
    app: { mode: 'exec', gracePeriod: '300ms' },
    script: deaf,
    stopAt: /^up$/m,
    code: 137,
    stdout: /^not me$/m,
    stderr: /pid1: .* is over: killed .*\d+ \((da|ba)?sh\)/,
  },
  'handoff: startTimeout': {
    app: {
      readiness: { exec: ['false'], period: '20ms' },
      startTimeout: '300ms',
      gracePeriod: '10s',
    },
    script: 'echo up; exec sleep 1000',
    code: 124,
  },
  'handoff: gracePeriod, after twenty-init has left': {
    app: { readiness, gracePeriod: '300ms' },
    script: deaf,
    stopAt: /exec-app is pid1's now/,
    code: 137,
    stdout: /^not me$/m,
    more: async (container) => {
      await until('twenty-init is gone', () =>
        container.processes().every(({ argv }) => !/twenty-init\.cjs$/.test(argv[1] ?? '')),
      );
    },
  },
  'handoff: successExitCodes forwarded, and the sweep': {
    app: { readiness, gracePeriod: '10s', successExitCodes: [0, 'forwarded'] },
    script: withDaemon,
    stopAt: /exec-app is pid1's now/,
    code: 0,
    stdout: /^swept$/m,
    // twenty-init may leave before the daemon can be told to stop.
    more: async (container) => {
      await container.seen(/^up$/m);
    },
  },
  'supervise: other successExitCodes': {
    app: { successExitCodes: [0, 7] },
    script: 'exit 7',
    code: 0,
  },
  'supervise: gracePeriod': {
    app: { mode: 'supervise', gracePeriod: '300ms' },
    script: deaf,
    stopAt: /^up$/m,
    code: 137,
    stdout: /^not me$/m,
  },
  'supervise: restart': {
    app: { restart: { policy: 'on-failure', delay: '10ms' }, successExitCodes: [0, 'forwarded'] },
    script: 'if [ ! -e once ]; then : > once; exit 5; fi; echo again; exec sleep 1000',
    stopAt: /^again$/m,
    code: 0,
  },
  'supervise: post and shutdown.timeout': {
    config: {
      post: { report: { command: ['echo', 'reported'] }, cut: { command: ['sleep', '1000'] } },
      shutdown: { timeout: '1s' },
    },
    script: 'trap "exit 3" TERM; echo up; while :; do sleep 0.01; done',
    stopAt: /^up$/m,
    code: 3,
    stdout: /^reported$/m,
    stderr: /shutdown\.timeout is over: stopping cut/,
  },
  'supervise: log.file': {
    config: { log: { file: 'app.log' } },
    script: 'echo to both; exit 0',
    code: 0,
    stdout: /^to both$/m,
    more: async (container, root) => {
      await container.exited;
      expect(readFileSync(root.path('app.log'), 'utf8')).toBe('migrated\nto both\n');
    },
  },
  'supervise: orphans are reaped': {
    app: { mode: 'supervise', successExitCodes: [0, 'forwarded'] },
    script: 'for i in 1 2 3; do (sleep 0.01 &) ; done; echo up; exec sleep 1000',
    stopAt: /^up$/m,
    code: 0,
    more: async (container) => {
      await until(
        'no orphan and no zombie',
        () =>
          !/sleep 0\.01/.test(commands(container)) &&
          container.processes().every(({ state }) => state !== 'Z'),
      );
    },
  },
};

const inits = {
  tini: 'tini',
  'tini-static': 'tini',
  'dumb-init': 'dumb-init',
  catatonit: 'catatonit',
};

describe.runIf(installed(inits, 'twenty-init under tini, dumb-init and catatonit'))(
  'every value of the config holds under another parent',
  () => {
    describe.each(parents)('%s', (_, above) => {
      it.each(Object.entries(cases))(
        '%s',
        async (_, { app = {}, config = {}, script, stopAt, code, stdout, stderr, more }) => {
          using root = image({
            'parent.js': parent,
            'app.sh': `#!/bin/sh\n${script}\n`,
            'twenty-init.config.json': {
              phases: {
                migrate: { command: ['echo', 'migrated'] },
                'exec-app': { command: ['./app.sh'], ...app },
              },
              ...config,
            },
          });
          await using container = await root.boot({
            wrapper: above(root),
            entrypoint: 'twenty-init',
          });
          if (stopAt !== undefined) await container.seen(stopAt);
          await more?.(container, root);
          if (stopAt !== undefined) container.kill('SIGTERM');
          expect(await container.exited, container.stderr()).toBe(code);
          expect(container.stdout()).toContain('migrated\n');
          if (stdout !== undefined) expect(container.stdout()).toMatch(stdout);
          if (stderr !== undefined) expect(container.stderr()).toMatch(stderr);
        },
      );
    });
  },
);

function commands(container: Container): string {
  return container
    .processes()
    .map(({ argv }) => argv.join(' '))
    .join('\n');
}
