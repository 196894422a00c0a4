import { join } from 'node:path';
import type { FilledConfig } from '../config/filled-config.ts';
import type { Problem } from '../config/problem.ts';

export interface Environment {
  /** The environment of the container with the variables from files in it, and without their `NAME_FILE`. */
  readonly env: NodeJS.ProcessEnv;
  readonly problems: readonly Problem[];
}

/**
 * Reads `env.fromFiles` and checks `env.required`. A variable comes from the file that `NAME_FILE` names, or from
 * `NAME` in `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential), with one line end cut off. `readFile` throws Node's
 * system error.
 */
export function environment(
  { required, fromFiles }: FilledConfig['env'],
  inherited: NodeJS.ProcessEnv,
  readFile: (path: string) => string,
): Environment {
  // Without what every object has, such as toString.
  const env: NodeJS.ProcessEnv = Object.assign(Object.create(null), inherited);
  const problems: Problem[] = [];
  const failed = new Set<string>();
  for (const name of fromFiles) {
    const found = fromFile(name, inherited, readFile);
    delete env[`${name}_FILE`];
    switch (found.type) {
      case 'value':
        env[name] = found.value;
        break;
      case 'problem':
        failed.add(name);
        problems.push({
          kind: 'variable',
          variable: name,
          where: 'env.fromFiles',
          what: found.what,
        });
        break;
      case 'none':
        break;
    }
  }
  for (const name of required) {
    if ((env[name] ?? '') !== '' || failed.has(name)) continue;
    const or = fromFiles.includes(name) ? `, and there is no ${name}_FILE` : '';
    const state = env[name] === undefined ? 'not set' : 'empty';
    problems.push({
      kind: 'variable',
      variable: name,
      where: 'env.required',
      what: `${name} is ${state}${or}`,
    });
  }
  return { env, problems };
}

type Found =
  | { readonly type: 'value'; readonly value: string }
  | { readonly type: 'problem'; readonly what: string }
  | { readonly type: 'none' };

/** From one place: of two that differ nobody would know which one is meant. */
function fromFile(name: string, env: NodeJS.ProcessEnv, readFile: (path: string) => string): Found {
  const pointer = `${name}_FILE`;
  // Empty counts as not set: Compose's ${X:-} sets an empty one, and an empty path would be a place in the cwd.
  const file = env[pointer] || undefined;
  const directory = env.CREDENTIALS_DIRECTORY || undefined;
  const credential: Found =
    directory === undefined
      ? { type: 'none' }
      : read(join(directory, name), `credential ${name}`, readFile, { optional: true });
  const set = [
    ...(env[name] ? [name] : []),
    ...(file === undefined ? [] : [pointer]),
    ...(credential.type === 'none' ? [] : [`the credential ${name}`]),
  ];
  if (set.length > 1) {
    const all = set.length === 2 ? 'both' : 'all';
    return { type: 'problem', what: `${set.join(' and ')} are ${all} set: they are exclusive` };
  }
  return file === undefined ? credential : read(file, pointer, readFile);
}

/** A directory of credentials rarely holds every variable; `env.required` says which have to be there. */
function read(
  path: string,
  source: string,
  readFile: (path: string) => string,
  { optional = false } = {},
): Found {
  try {
    const value = readFile(path).replace(/\r?\n$/, '');
    if (value === '') return { type: 'problem', what: `${source}: "${path}" is empty` };
    // Else the first command could not be started.
    if (value.includes('\0'))
      return {
        type: 'problem',
        what: `${source}: "${path}" holds a NUL byte, which no variable can`,
      };
    return { type: 'value', value };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (optional && code === 'ENOENT') return { type: 'none' };
    return { type: 'problem', what: `${source}: "${path}" cannot be read (${code})` };
  }
}
