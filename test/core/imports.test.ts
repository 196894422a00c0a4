import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodes } from '../harness/nodes.ts';
import { outcome } from '../harness/run.ts';
import { program } from './program.ts';

const imports = async (node: string, platform: string): Promise<unknown> => {
  const file = program('imports.mjs');
  const { code, stdout, stderr } = await outcome([node, file, platform], { cwd: dirname(file) });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe.each(nodes)('importing every subpath in Node %s', (_, node) => {
  it('has no effect; parentDeath in a Worker is refused', async () => {
    expect(await imports(node, 'linux')).toEqual({
      paths: 12,
      changed: false,
      codes: { parentDeathInWorker: 'NOT_MAIN_THREAD' },
    });
  });

  it.each([
    ['darwin', 'works'],
    // cross-spawn looks for true.exe and its like.
    ['win32', 'COMMAND_NOT_FOUND'],
  ])(
    'fails nowhere on %s; what needs Linux says so when it is called',
    async (platform, spawnChild) => {
      expect(await imports(node, platform)).toEqual({
        paths: 12,
        changed: false,
        codes: {
          become: 'UNSUPPORTED_PLATFORM',
          createReaper: 'UNSUPPORTED_PLATFORM',
          killAll: 'UNSUPPORTED_PLATFORM',
          pid1Path: 'UNSUPPORTED_PLATFORM',
          processTree: 'UNSUPPORTED_PLATFORM',
          setSubreaper: 'UNSUPPORTED_PLATFORM',
          parentDeath: 'UNSUPPORTED_PLATFORM',
          spawnChild,
          fanOut: 'works',
          createSupervisor: 'works',
        },
      });
    },
  );
});
