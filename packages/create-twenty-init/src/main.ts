import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { create } from './create.ts';
import { CreateError } from './create-error.ts';

const help = `create-twenty-init: writes a config for twenty-init

Usage
  npm create twenty-init -- [--from SCRIPT] [--output FILE] [--force]

Options
      --from SCRIPT  a docker-entrypoint.sh to draft it from; default: the package.json here
  -o, --output FILE  default: twenty-init.config.mjs
      --force        write over a file that is there
  -h, --help         this text

Examples
  npm create twenty-init                                  a draft from package.json
  npm create twenty-init -- --from docker-entrypoint.sh   a draft from a script, with a TODO where it was not understood
`;

/** The whole program; returns the exit code. */
export function main(argv: readonly string[]): number {
  try {
    const values = optionsOf(argv);
    const { from, output, force = false } = values;
    writeSync(1, values.help === true ? help : `${create({ from, output, force })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    writeSync(2, `${error.message}\n`);
    return error.exitCode;
  }
}

interface Values {
  readonly from?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly help?: boolean;
}

function optionsOf(argv: readonly string[]): Values {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        from: { type: 'string' },
        output: { type: 'string', short: 'o' },
        force: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (cause) {
    throw new CreateError('USAGE', `${(cause as Error).message}; --help shows the options`, {
      cause,
    });
  }
}
