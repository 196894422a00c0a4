import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import type { Log } from '../log/log.ts';
import { prepareConfig } from '../plan/prepare.ts';
import type { Learn } from '../plan/secret-sources.ts';
import { refuse } from './refuse.ts';
import { writeOutput } from './write-output.ts';

export interface CompileOptions {
  readonly config: string | undefined;
  /** Default: stdout. */
  readonly output: string | undefined;
  readonly learn: Learn;
}

/** Writes the config as JSON; variables stay as they are written, for the container to fill in. */
export async function compile(
  { config: named, output, learn }: CompileOptions,
  print: (text: string) => number,
  log: Log,
): Promise<number> {
  const prepared = await prepareConfig({ config: named, learn });
  if (prepared.type === 'bad config') return refuse(prepared.file, prepared.problems, log);
  const problems = functionsIn(prepared.written);
  if (problems.length > 0) return refuse(prepared.file, problems, log);
  const json = `${JSON.stringify(prepared.written, null, 2)}\n`;
  if (output === undefined) return print(json);
  writeOutput(output, json);
  return 0;
}

function functionsIn({ phases, post = {} }: Config): Problem[] {
  return Object.entries({ phases, post }).flatMap(([key, group]) =>
    Object.entries(group)
      .filter(([, phase]) => 'run' in phase)
      .map(([name]) => ({
        kind: 'function',
        where: `${key}.${name}.run`,
        what: 'a function cannot be frozen to JSON: write it as a script and name that in command',
      })),
  );
}
