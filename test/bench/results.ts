import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { testFolder } from '../harness/fixture.ts';

/** Writes what was measured into a folder that git ignores, and returns its path. */
export function keep(name: string, measured: object): string {
  const folder = join(testFolder(), 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), ...measured }, null, 1)}\n`,
  );
  return relative(process.cwd(), path);
}
