import type { Log } from '../log/log.ts';
import { preflight } from '../plan/preflight.ts';
import { prepareConfig } from '../plan/prepare.ts';
import type { Learn } from '../plan/secret-sources.ts';
import { refuse } from './refuse.ts';

export interface CheckOptions {
  readonly config: string | undefined;
  /** Without what the image build does not know: variables, and whatever they lead to. */
  readonly isStatic: boolean;
  readonly learn: Learn;
}

/** Tells every problem that a boot would have here, and starts nothing. */
export async function check(
  { config, isStatic, learn }: CheckOptions,
  print: (text: string) => number,
  log: Log,
): Promise<number> {
  const prepared = await prepareConfig({ config, learn });
  if (prepared.type === 'bad config') return refuse(prepared.file, prepared.problems, log);
  const { file, plan } = prepared;
  const problems = isStatic
    ? prepared.problems.filter(({ kind }) => kind === 'mode')
    : [...prepared.problems, ...preflight(plan)];
  if (problems.length > 0) return refuse(file, problems, log);
  return print(`${file}: no problem found; mode ${plan.mode} (${plan.modeBecause})\n`);
}
