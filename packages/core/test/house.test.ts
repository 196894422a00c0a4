import { join } from 'node:path';
import { expect, it } from 'vitest';
import { houseFaults } from '../../../test/harness/house.ts';

/** Each uses only itself and those before it. */
const rooms = [
  'errors.ts',
  'system.ts',
  'defaults.ts',
  'options.ts',
  'abort.ts',
  'native.ts',
  'signals',
  'process',
  'tree',
  'reaper',
  'child',
  'supervisor',
  'index.ts',
];

it('each room of core uses only the rooms before it, and no two files use each other', () => {
  expect(houseFaults(join(import.meta.dirname, '../src'), rooms)).toEqual([]);
});
