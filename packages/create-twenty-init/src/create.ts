import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CreateError } from './create-error.ts';
import { draftFromPackage } from './from-package.ts';
import { draftFromScript } from './from-script.ts';

export interface CreateOptions {
  /** An entrypoint script; default: the package.json here. */
  readonly from: string | undefined;
  readonly output: string | undefined;
  readonly force: boolean;
}

/**
 * Writes a config to go on from, and says so. Throws `USAGE` when there is nothing to draft it from or a file in the
 * way, and `OUTPUT` when it cannot be written.
 */
export function create({ from, output = 'twenty-init.config.mjs', force }: CreateOptions): string {
  const target = resolve(output);
  if (existsSync(target) && !force)
    throw new CreateError('USAGE', `${target} is there already; --force writes over it`);
  const text = from === undefined ? fromPackage() : draftFromScript(read(resolve(from)));
  write(target, text);
  const todos = text.split('\n').filter((line) => line.includes('// TODO')).length;
  const rest = todos === 0 ? '' : `, with ${todos} TODO`;
  return `wrote ${target}${rest}; \`twenty-init check\` looks at it`;
}

function fromPackage(): string {
  const path = resolve('package.json');
  if (!existsSync(path))
    throw new CreateError(
      'USAGE',
      `no package.json here; name an entrypoint script: npm create twenty-init -- --from docker-entrypoint.sh`,
    );
  try {
    return draftFromPackage(JSON.parse(read(path)) as object);
  } catch (cause) {
    if (cause instanceof CreateError) throw cause;
    throw new CreateError('USAGE', `${path} is not JSON`, { cause });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CreateError('USAGE', `${path} cannot be read: ${code}`, { cause });
  }
}

/** Whole or not at all. */
function write(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw new CreateError('OUTPUT', `${path} cannot be written: ${code}`, { cause });
  }
}
