import { closest } from '../config/closest.ts';
import { StartError } from '../start-error.ts';
import { readArguments, type Values } from './arguments.ts';
import { type CommandName, type CommandSpec, commandNames, commands } from './commands.ts';

export interface Invocation {
  readonly command: CommandName | 'help' | 'version';
  /** Of the options that were given. */
  readonly values: Values;
  /** Words after the command; for `help` the command that it is about. */
  readonly words: readonly string[];
  /** What follows `--`. */
  readonly cmd: readonly string[];
}

/** The commands with one word of their own: a directory. */
const takesWord: ReadonlySet<CommandName> = new Set(['install']);

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
  const { values, words: positionals } = readArguments(rest, commands[command].options);
  if (values.help === true)
    return { command: 'help', values: {}, words: named ? [command] : [], cmd };
  if (values.version === true) return { command: 'version', values: {}, words: [], cmd };
  checkChoices(commands[command], values);
  if (command === 'run' && positionals.length > 0)
    throw new StartError(
      'USAGE',
      `a program comes after "--": twenty-init run -- ${positionals.join(' ')}`,
    );
  const surplus = positionals[takesWord.has(command) ? 1 : 0];
  if (surplus !== undefined)
    throw new StartError(
      'USAGE',
      `"${surplus}" is one word too many; usage: ${commands[command].usage}`,
    );
  if (command !== 'run' && cmd.length > 0)
    throw new StartError('USAGE', `"${command}" takes no CMD`);
  return { command, values, words: positionals, cmd };
}

function unknownCommand(name: string, own: readonly string[]): StartError {
  if (name === 'init')
    return new StartError(
      'USAGE',
      'a config is drafted by `npm create twenty-init`, without installing it',
    );
  const meant = closest(name, commandNames);
  return new StartError(
    'USAGE',
    meant === undefined
      ? `unknown command "${name}"; to run a program after the phases write: twenty-init run -- ${own.join(' ')}`
      : `unknown command "${name}", did you mean "${meant}"?`,
  );
}

function checkChoices({ options }: CommandSpec, values: Values): void {
  for (const [name, { choices }] of Object.entries(options)) {
    const value = values[name];
    if (choices === undefined || typeof value !== 'string' || choices.includes(value)) continue;
    throw new StartError('USAGE', `--${name}: expected ${choices.join(', ')}, got "${value}"`);
  }
}
