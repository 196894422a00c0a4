import { StartError } from '../start-error.ts';
import { type CommandSpec, commandNames, commands, type OptionSpec } from './commands.ts';

/** A script for the shell to read. Throws `USAGE` for a shell that it does not know. */
export function completion(shell: string | undefined): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
    default:
      throw new StartError(
        'USAGE',
        `completion: expected bash, zsh or fish, got ${shell === undefined ? 'nothing' : `"${shell}"`}`,
      );
  }
}

function optionsOf(name: keyof typeof commands): string[] {
  return [...Object.keys(commands[name].options), 'help'].map((option) => `--${option}`);
}

function bash(): string {
  const cases = commandNames
    .map((name) => `    ${name}) words="${optionsOf(name).join(' ')}" ;;`)
    .join('\n');
  const choices = commandNames
    .flatMap((name): [string, OptionSpec][] => Object.entries(commands[name].options))
    .filter(([, option]) => option.choices !== undefined)
    .map(([option, spec]) => `    --${option}) words="${spec.choices?.join(' ')}" ;;`)
    .join('\n');
  return `_twenty_init() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  case "\${COMP_WORDS[1]}" in
${cases}
    *) words="${[...commandNames, 'help', '--help', '--version'].join(' ')}" ;;
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --config | -c | --output | -o | --from) COMPREPLY=($(compgen -f -- "$current")); return ;;
    install) COMPREPLY=($(compgen -d -- "$current")); return ;;
${choices}
    completion) words="bash zsh fish" ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] || words="${[...commandNames, 'help', '--help', '--version'].join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _twenty_init twenty-init
`;
}

function zsh(): string {
  return `#compdef twenty-init
autoload -U +X bashcompinit && bashcompinit
${bash()}`;
}

function fish(): string {
  const lines = commandNames.flatMap((name) => {
    const { summary, options }: CommandSpec = commands[name];
    return [
      `complete -c twenty-init -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
      ...Object.entries(options).map(
        ([option, { about, type }]) =>
          `complete -c twenty-init -n '__fish_seen_subcommand_from ${name}' -l ${option}${type === 'string' ? ' -r' : ''} -d '${about.replaceAll("'", "\\'")}'`,
      ),
    ];
  });
  return `complete -c twenty-init -f\n${lines.join('\n')}\n`;
}
