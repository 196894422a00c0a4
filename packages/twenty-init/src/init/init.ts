import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeOutput } from '../cli/write-output.ts';
import { StartError } from '../start-error.ts';
import { draftFromPackage } from './from-package.ts';
import { draftFromScript } from './from-script.ts';

export interface InitOptions {
  /** An entrypoint script; default: the package.json here. */
  readonly from: string | undefined;
  readonly output: string | undefined;
  readonly force: boolean;
}

/** Writes a config to go on from. Throws `USAGE` when there is nothing to draft it from, or a file in the way. */
export function init(
  { from, output = 'twenty-init.config.mjs', force }: InitOptions,
  print: (text: string) => number,
): number {
  const target = resolve(output);
  if (existsSync(target) && !force)
    throw new StartError('USAGE', `${target} is there already; --force writes over it`);
  const text = from === undefined ? fromPackage() : draftFromScript(read(resolve(from)));
  writeOutput(target, text);
  const todos = text.split('\n').filter((line) => line.includes('// TODO')).length;
  const rest = todos === 0 ? '' : `, with ${todos} TODO`;
  return print(`wrote ${target}${rest}; \`twenty-init check\` looks at it\n`);
}

function fromPackage(): string {
  const path = resolve('package.json');
  if (!existsSync(path))
    throw new StartError(
      'USAGE',
      `no package.json here; name an entrypoint script: twenty-init init --from docker-entrypoint.sh`,
    );
  try {
    return draftFromPackage(JSON.parse(read(path)) as object);
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw new StartError('USAGE', `${path} is not JSON`, { cause });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartError('USAGE', `${path} cannot be read: ${code}`, { cause });
  }
}
