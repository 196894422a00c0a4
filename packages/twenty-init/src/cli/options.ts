import { parseArgs } from 'node:util';
import { closest } from '../config/closest.ts';
import { StartError } from '../start-error.ts';
import { type CommandName, type CommandSpec, commandNames, commands } from './commands.ts';

export interface Invocation {
  readonly command: CommandName | 'help' | 'version';
  /** Of the options that were given. */
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  /** Words after the command; for `help` the command that it is about. */
  readonly words: readonly string[];
  /** What follows `--`. */
  readonly cmd: readonly string[];
}

/** Reads the arguments after the program's name. Throws `USAGE`. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const cmd = end === -1 ? [] : argv.slice(end + 1);
  const [first] = own;
  const named = first !== undefined && !first.startsWith('-');
  const name = named ? first : 'run';
  const rest = named ? own.slice(1) : own;
  if (name === 'help') return { command: 'help', values: {}, words: rest, cmd };
  const command = commandNames.find((known) => known === name);
  if (command === undefined) throw unknownCommand(name, own);
  const { values, positionals } = parse(commands[command], rest);
  if (values.help === true)
    return { command: 'help', values: {}, words: named ? [command] : [], cmd };
  if (values.version === true) return { command: 'version', values: {}, words: [], cmd };
  checkChoices(commands[command], values);
  if (command === 'run' && positionals.length > 0)
    throw new StartError(
      'USAGE',
      `a program comes after "--": twenty-init run -- ${positionals.join(' ')}`,
    );
  if (command !== 'completion' && positionals.length > 0)
    throw new StartError(
      'USAGE',
      `"${positionals[0]}" is one word too many; usage: ${commands[command].usage}`,
    );
  if (command !== 'run' && cmd.length > 0)
    throw new StartError('USAGE', `"${command}" takes no CMD`);
  return { command, values, words: positionals, cmd };
}

function unknownCommand(name: string, own: readonly string[]): StartError {
  const meant = closest(name, commandNames);
  return new StartError(
    'USAGE',
    meant === undefined
      ? `unknown command "${name}"; to run a program after the phases write: twenty-init run -- ${own.join(' ')}`
      : `unknown command "${name}", did you mean "${meant}"?`,
  );
}

function parse(
  { options }: CommandSpec,
  args: readonly string[],
): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(
          Object.entries(options).map(([name, { type, short }]) => [
            name,
            { type, ...(short === undefined ? {} : { short }) },
          ]),
        ),
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
    // None is declared `multiple`, so none is a list.
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StartError('USAGE', message, { cause });
  }
}

function checkChoices(
  { options }: CommandSpec,
  values: Readonly<Record<string, string | boolean | undefined>>,
): void {
  for (const [name, { choices }] of Object.entries(options)) {
    const value = values[name];
    if (choices === undefined || typeof value !== 'string' || choices.includes(value)) continue;
    throw new StartError('USAGE', `--${name}: expected ${choices.join(', ')}, got "${value}"`);
  }
}
