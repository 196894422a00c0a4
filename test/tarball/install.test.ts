import { afterAll, describe, expect, it } from 'vitest';
import { npmInstall } from '../harness/npm-install.ts';

const install = npmInstall();
afterAll(() => install[Symbol.dispose]());

describe('an install of twenty-init', () => {
  it('brings its own two packages, the three libraries of core with what they need, and no script', () => {
    const { packages } = install;
    expect(Object.keys(packages).map((path) => path.replace('node_modules/', ''))).toEqual([
      '@twenty-init/core',
      'cross-spawn',
      'isexe',
      'path-key',
      'shebang-command',
      'shebang-regex',
      'signal-exit',
      'tree-kill',
      'twenty-init',
      'which',
    ]);
    for (const [path, { hasInstallScript = false }] of Object.entries(packages))
      expect(hasInstallScript, path).toBe(false);
  });
});
