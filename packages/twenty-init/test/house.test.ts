import { join } from 'node:path';
import { expect, it } from 'vitest';
import { houseFaults } from '../../../test/harness/house.ts';

/** Each uses only itself and those before it. */
const rooms = [
  'thrown.ts',
  'exit-codes.ts',
  'clock.ts',
  'start-error.ts',
  'config',
  'plan',
  'engine',
  'log',
  'output',
  'run',
  'system',
  'testing',
  'cli/write-output.ts',
  'cli',
  'index.ts',
];

it('each room of twenty-init uses only the rooms before it, and no two files use each other', () => {
  expect(houseFaults(join(import.meta.dirname, '../src'), rooms)).toEqual([]);
});
