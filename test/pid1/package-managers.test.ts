import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { testFolder } from '../harness/fixture.ts';
import { type Image, image } from '../harness/image.ts';

const require = createRequire(import.meta.url);
const program = (name: string): string[] => [
  process.execPath,
  realpathSync(join(dirname(require.resolve(`${name}/package.json`)), 'bin/yarn.js')),
];

/** The pnpm of this repository, as npx has it. */
function pnpm(): string {
  const root = JSON.parse(readFileSync(join(dirname(testFolder()), 'package.json'), 'utf8'));
  const npx = ['-y', '-p', root.packageManager, 'sh', '-c', 'command -v pnpm'];
  return execFileSync('npx', npx, { encoding: 'utf8' }).trim();
}

const yarn4 = program('@yarnpkg/cli-dist');
const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  YARN_ENABLE_TELEMETRY: '0',
  YARN_NODE_LINKER: 'node-modules',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  npm_config_update_notifier: 'false',
};

let app: Image;
beforeAll(() => {
  app = image({
    'package.json': { name: 'app', private: true, scripts: { start: 'node app.js' } },
    'yarn.lock': '',
    'app.js': `const { readlinkSync } = require('node:fs');
      console.log('descriptor 3 is', readlinkSync('/proc/self/fd/3'));
      process.on('SIGTERM', () => {
        console.log('app stops');
        setTimeout(() => {
          console.log('app has stopped');
          process.exit(0);
        }, 1000);
      });
      setInterval(() => {}, 1000);
      console.log('app is ready');`,
  });
  const [node = '', ...yarn] = yarn4;
  execFileSync(node, [...yarn, 'install'], { cwd: app.root, env });
});
afterAll(() => app[Symbol.dispose]());

// npm, pnpm and yarn 1 end at the signal and leave the app behind. yarn 4 waits for the app, and has its code.
// Node closes descriptors above 2 for whatever it starts; pnpm 12 is no Node program.
const managers = [
  ['npm start', () => ['npm', 'start'], 143, 0, false],
  ['yarn 1 start', () => [...program('yarn'), 'start'], 1, 1, false],
  ['yarn 4 start', () => [...yarn4, 'start'], 0, 0, false],
  ['pnpm start', () => [pnpm(), 'start'], 143, 0, true],
] as const;

describe.each(managers)(
  '%s, in front of an app that takes a second to stop',
  (_, command, code, forwarded, passesDescriptors) => {
    it(`passes a descriptor on: ${passesDescriptors}`, async () => {
      const opened = ['sh', '-c', 'exec 3>"$0"; exec "$@"', app.path('opened'), ...command()];
      await using container = await runAsInit([pid1Path(), '--', ...opened], {
        cwd: app.root,
        env,
      });
      const [, target] = await container.seen(/^descriptor 3 is (.*)$/m);
      expect(target === app.path('opened')).toBe(passesDescriptors);
    });

    it.each([
      [['--grace', '30s'], code],
      [['--grace', '30s', '--expect', 'forwarded'], forwarded],
    ])(`%j: the app gets SIGTERM once and ends in order, exit %i`, async (options, exitCode) => {
      const argv = [pid1Path(), ...options, '--', ...command()];
      await using container = await runAsInit(argv, { cwd: app.root, env });
      await container.seen(/app is ready/);
      container.kill('SIGTERM');
      expect(await container.exited).toBe(exitCode);
      expect(container.stdout().match(/app .*stop.*/g)).toEqual(['app stops', 'app has stopped']);
    });
  },
);
