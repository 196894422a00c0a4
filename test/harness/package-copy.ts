import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { twentyInit } from './image.ts';

/** A copy of the package twenty-init in that folder, for what writes into it; returns its bin. */
export function packageCopy(folder: string): string {
  const source = dirname(dirname(twentyInit));
  const scope = join(folder, 'node_modules/@twenty-init');
  mkdirSync(scope, { recursive: true });
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(source, name), join(folder, name), { recursive: true });
  symlinkSync(join(dirname(pid1Path()), '../..'), join(scope, 'core'));
  return join(folder, 'bin/twenty-init.cjs');
}
