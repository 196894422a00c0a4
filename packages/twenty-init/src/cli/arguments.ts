import { closest } from '../config/closest.ts';
import { StartError } from '../start-error.ts';
import type { OptionSpec } from './commands.ts';

/** Of the options that were given. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

type Options = Readonly<Record<string, OptionSpec>>;

const always: Options = {
  help: { type: 'boolean', short: 'h', about: '' },
  version: { type: 'boolean', short: 'V', about: '' },
};

/**
 * `--name value`, `--name=value`, `-n value` and words. Throws `USAGE`. By hand, because the import of
 * `util.parseArgs` is 2 ms of every boot, and it cannot say which option was meant.
 */
export function readArguments(
  args: readonly string[],
  own: Options,
): { values: Values; words: string[] } {
  const options: Options = { ...own, ...always };
  const values: Record<string, string | boolean | undefined> = {};
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const written = equals === -1 ? arg : arg.slice(0, equals);
    const name = nameOf(written, options);
    if (options[name]?.type === 'boolean') {
      if (equals !== -1) throw new StartError('USAGE', `${written} takes no value`);
      values[name] = true;
      continue;
    }
    const value = equals === -1 ? args[++at] : arg.slice(equals + 1);
    if (value === undefined || value === '')
      throw new StartError('USAGE', `${written} needs a value: ${options[name]?.value}`);
    values[name] = value;
  }
  return { values, words };
}

function nameOf(written: string, options: Options): string {
  const name = Object.keys(options).find(
    (known) => written === `--${known}` || written === `-${options[known]?.short}`,
  );
  if (name !== undefined) return name;
  const known = Object.keys(options).map((option) => `--${option}`);
  const meant = closest(written, known);
  throw new StartError(
    'USAGE',
    `unknown option "${written}"${meant === undefined ? `; there are ${known.join(', ')}` : `, did you mean "${meant}"?`}`,
  );
}
