import { resolve } from 'node:path';
import type { CommandForm, RunContext } from '../config/config.ts';
import type { FilledStep } from '../config/filled-config.ts';
import type { Expansion } from './expand.ts';

/** Where something runs. */
export interface Place {
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A command with everything decided: nothing is looked up later. */
export interface Command extends Place {
  readonly argv: readonly [string, ...string[]];
  /** What errors call it, when its program comes from a variable, whose value they must not show. */
  readonly name?: string;
  /** As the config has it, variables not filled in: what the log shows. */
  readonly shown: string;
  /** The program is the `shell` of the config. */
  readonly isShell?: true;
}

/** A function of the config. */
export interface FunctionWork extends Place {
  readonly run: (context: RunContext) => Promise<void> | void;
  readonly shown: string;
}

export type Work = Command | FunctionWork;

/** A string stays as it is: filled in by us, the value of a variable would be run as code. */
export function commandOf(
  { command, shell }: CommandForm,
  where: string,
  place: Place,
  expanding: Expansion,
): Command {
  return shell === undefined
    ? makeCommand(command, `${where}.command`, place, expanding)
    : { ...literalCommand([shell, '-c', command], place), isShell: true };
}

export function makeCommand(
  command: readonly string[],
  where: string,
  place: Place,
  { expand }: Expansion,
): Command {
  const argv = words(command.map((word, index) => expand(word, `${where}.${index}`)));
  return {
    argv,
    ...(argv[0] === command[0] ? {} : { name: `"${command[0]}" (variables filled in)` }),
    shown: shown(command),
    ...place,
  };
}

/** A command line that is taken as it is. */
export function literalCommand(line: readonly string[], place: Place): Command {
  return { argv: words(line), shown: shown(line), ...place };
}

/** PWD goes with the cwd, as `cd` does it: programs that trust it would else see the old directory. */
export function placeWithin(
  above: Place,
  { cwd, env }: Pick<FilledStep, 'cwd' | 'env'>,
  where: string,
  { expand }: Expansion,
): Place {
  const directory = resolve(above.cwd, cwd === undefined ? '' : expand(cwd, `${where}.cwd`));
  const own = Object.entries(env).map(([name, value]) => [
    name,
    expand(value, `${where}.env.${name}`),
  ]);
  return { cwd: directory, env: { ...above.env, PWD: directory, ...Object.fromEntries(own) } };
}

/** In one line, as an event has in the log. */
function shown(line: readonly string[]): string {
  return line
    .join(' ')
    .trim()
    .replace(/\s*\n\s*/g, ' ⏎ ');
}

function words([program = '', ...args]: readonly string[]): [string, ...string[]] {
  return [program, ...args];
}
