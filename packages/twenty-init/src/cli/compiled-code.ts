import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Script } from 'node:vm';

/** The npm bin, which loads what is written here. */
interface Bin {
  readonly cli: string;
  readonly compiled: string;
  scriptOf(filename: string, source: Buffer): Script;
}

/**
 * Writes the code that V8 makes of this program beside it, for this version of Node: a quarter of the boot's own time.
 * Returns the file. Throws Node's system error.
 */
export function writeCompiledCode(): string {
  const require = createRequire(import.meta.url);
  const bin = join(dirname(require.resolve('twenty-init/package.json')), 'bin/twenty-init.cjs');
  const { cli, compiled, scriptOf } = require(bin) as Bin;
  const source = readFileSync(cli);
  // As a file name too: under its own the program may be in V8's memory already, in part.
  const draft = `${compiled}.${process.pid}`;
  try {
    writeFileSync(draft, Buffer.concat([source, compileWhole(() => scriptOf(draft, source))]));
    renameSync(draft, compiled);
  } finally {
    rmSync(draft, { force: true });
  }
  return compiled;
}

/** All functions at once. The flags are a part of what V8 checks later: they are the usual ones again by then. */
function compileWhole(compile: () => Script): Buffer {
  setFlagsFromString('--no-lazy');
  let script: Script;
  try {
    script = compile();
  } finally {
    setFlagsFromString('--lazy');
  }
  return script.createCachedData();
}
