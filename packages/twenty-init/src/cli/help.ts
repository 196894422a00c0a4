import { closest } from '../config/closest.ts';
import { StartError } from '../start-error.ts';
import { type CommandName, type CommandSpec, commandNames, commands } from './commands.ts';

/** Of the program, or of one command. Throws `USAGE` for a command that there is not. */
export function helpFor(name: string | undefined): string {
  if (name === undefined) return general();
  const command = commandNames.find((known) => known === name);
  if (command !== undefined) return helpOf(command);
  const meant = closest(name, commandNames);
  throw new StartError(
    'USAGE',
    `unknown command "${name}"${meant === undefined ? `; there are ${commandNames.join(', ')}` : `, did you mean "${meant}"?`}`,
  );
}

function general(): string {
  const width = Math.max(...commandNames.map((name) => name.length));
  return `twenty-init: boots a container in phases, then becomes its app

Usage
  twenty-init [COMMAND] [OPTIONS] [--] [CMD...]

Commands
${commandNames.map((name) => `  ${name.padEnd(width)}  ${commands[name].summary}`).join('\n')}

  twenty-init help COMMAND tells more of each; -V, --version tells the version.

In a Dockerfile
  ENTRYPOINT ["pid1", "--", "twenty-init", "run", "--"]

Exit codes
  64 wrong usage                  78 bad config, nothing was started
  69 a condition is not known    124 something took too long
  126, 127 a command cannot be run, or is not there      128+n ended by signal n
  Any other is that of the phase that failed, or of the app.
`;
}

function helpOf(name: CommandName): string {
  const { summary, usage, options, examples }: CommandSpec = commands[name];
  const rows = [
    ...Object.entries(options).map(([option, { short, value, about }]) => [
      `${short === undefined ? '    ' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
      about,
    ]),
    ['-h, --help', 'this text'],
  ];
  return `twenty-init ${name}: ${summary}

Usage
  ${usage}

Options
${table(rows)}

Examples
${table(examples)}
`;
}

function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
