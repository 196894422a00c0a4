import { parseArgs } from 'node:util';
import { closest } from '../config/closest.ts';
import { StartError } from '../start-error.ts';

export type Invocation =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | {
      readonly command: 'run';
      readonly config: string | undefined;
      readonly cmd: readonly string[];
    };

/** Reads the arguments after the program's name. Throws `USAGE`. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const cmd = end === -1 ? [] : argv.slice(end + 1);
  const { values, positionals } = parse(own);
  if (values.help === true) return { command: 'help' };
  if (values.version === true) return { command: 'version' };
  const [command = 'run', extra] = positionals;
  if (command !== 'run') {
    const meant = closest(command, ['run']);
    throw new StartError(
      'USAGE',
      meant === undefined
        ? `unknown command "${command}"; to run a program after the phases write: twenty-init run -- ${positionals.join(' ')}`
        : `unknown command "${command}", did you mean "${meant}"?`,
    );
  }
  if (extra !== undefined)
    throw new StartError(
      'USAGE',
      `a program comes after "--": twenty-init run -- ${positionals.slice(1).join(' ')}`,
    );
  return { command, config: values.config, cmd };
}

function parse(args: readonly string[]): ReturnType<typeof parseStrictly> {
  try {
    return parseStrictly(args);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StartError('USAGE', message, { cause });
  }
}

function parseStrictly(args: readonly string[]): {
  values: { config?: string; help?: boolean; version?: boolean };
  positionals: string[];
} {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'V' },
    },
  });
}
