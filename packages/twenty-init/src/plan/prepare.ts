import { readFileSync } from 'node:fs';
import type { Config, LogFormat } from '../config/config.ts';
import type { FilledConfig } from '../config/filled-config.ts';
import { findConfigFile } from '../config/find.ts';
import type { Problem } from '../config/problem.ts';
import { loadConfigFile } from '../config/read.ts';
import { validate } from '../config/validate.ts';
import { StartError } from '../start-error.ts';
import { isAppCommand } from './app.ts';
import { environment } from './environment.ts';
import { overridesIn } from './overrides.ts';
import { makePlan, type Plan, type PlanInputs } from './plan.ts';
import type { Learn } from './secret-sources.ts';
import { skipVariable } from './skip.ts';

/** What a config comes to in this container. */
export type Prepared =
  | { readonly type: 'no config' }
  | { readonly type: 'bad config'; readonly file: string; readonly problems: readonly Problem[] }
  | { readonly type: 'not the app'; readonly file: string }
  | {
      readonly type: 'planned';
      readonly file: string;
      readonly config: FilledConfig;
      /** Without the defaults. */
      readonly written: Config;
      readonly plan: Plan;
      readonly env: NodeJS.ProcessEnv;
      readonly logFormat: LogFormat;
      /** Of the environment and the plan; cwd and commands have not been looked at. */
      readonly problems: readonly Problem[];
    };

export interface PrepareOptions extends Partial<PlanInputs> {
  readonly config: string | undefined;
  /** Told as soon as they are known, and once more with those from files: the next message may hold one of them. */
  readonly learn?: Learn;
}

/** Finds, reads and checks the config, and makes a plan of it. Throws `CONFIG` when it cannot be read. */
export async function prepare({
  config: named,
  learn = () => {},
  ...inputs
}: PrepareOptions): Promise<Prepared> {
  const { cwd = ownCwd(), env: inherited = process.env, cmd = [] } = inputs;
  const file = findConfigFile({ option: named, variable: inherited.TWENTY_INIT_CONFIG }, cwd);
  if (file === undefined) return { type: 'no config' };
  const loaded = await loadConfigFile(file);
  learn({ env: inherited, written: loaded.written });
  const validated = validate(loaded.written);
  if ('problems' in validated || loaded.problems.length > 0)
    return {
      type: 'bad config',
      file,
      problems: [...loaded.problems, ...('problems' in validated ? validated.problems : [])],
    };
  const { config, written } = validated;
  if (!isAppCommand(cmd, config.phases['exec-app'])) return { type: 'not the app', file };
  const { env, problems } = environment(config.env, inherited, (path) =>
    readFileSync(path, 'utf8'),
  );
  learn({ env, written });
  const skip = skipVariable(config, inherited);
  const { logFormat, problems: badOverrides, ...overrides } = overridesIn(inherited);
  const leftOut = (phase: string): string | undefined =>
    inputs.leftOut?.(phase) ?? skip.leftOut(phase);
  const planned = makePlan(config, { ...inputs, ...overrides, cwd, env, cmd, leftOut });
  return {
    type: 'planned',
    file,
    config,
    written,
    env,
    logFormat: logFormat ?? config.log.format,
    plan: planned.plan,
    problems: [
      ...badOverrides,
      ...skip.problems,
      ...problems,
      ...withoutEchoes(planned.problems, problems),
    ],
  };
}

/** The same for a command that is of no use without a config. Throws `USAGE` when there is none. */
export async function prepareConfig(
  options: PrepareOptions,
): Promise<Extract<Prepared, { type: 'planned' | 'bad config' }>> {
  const prepared = await prepare({ ...options, cmd: [] });
  if (prepared.type === 'planned' || prepared.type === 'bad config') return prepared;
  throw new StartError('USAGE', `${nowhere()}; name one with --config`);
}

/** Throws `CONFIG` when it has been deleted. */
function ownCwd(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new StartError('CONFIG', 'the cwd of this process has been deleted', { cause });
  }
}

export function nowhere(): string {
  return `no twenty-init.config.* in ${ownCwd()} or /etc/twenty-init`;
}

/** A variable that is missing is told once, and not again for every place that reads it. */
function withoutEchoes(problems: readonly Problem[], known: readonly Problem[]): Problem[] {
  const missing = known.map((problem) => problem.kind === 'variable' && problem.variable);
  return problems.filter(
    (problem) => problem.kind !== 'unset' || !missing.includes(problem.variable),
  );
}
