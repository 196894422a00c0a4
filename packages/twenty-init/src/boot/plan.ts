import { resolve } from 'node:path';
import type { Config, EnvCondition } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';

/** A command with everything decided: nothing is looked up later. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Phase extends Command {
  readonly name: string;
  /** Why it does not run, where that is so. */
  readonly skipped?: string;
  readonly onFailure: 'abort' | 'warn';
  /** In ms; 0 is none. */
  readonly timeoutMs: number;
  readonly gracePeriodMs: number;
}

export interface App extends Command {
  readonly gracePeriodMs: number;
  readonly forwardedIsSuccess: boolean;
}

/** What a boot does, in order. */
export interface Plan {
  readonly name: string | undefined;
  readonly phases: readonly Phase[];
  readonly app: App;
}

export const appPhase = 'exec-app';

const defaultGracePeriodMs = 30_000;

export interface PlanInputs {
  /** Where twenty-init was started. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The container's CMD; empty when there is none. */
  readonly cmd: readonly string[];
}

/** Puts a valid config, the environment and the CMD together. */
export function makePlan(config: Config, { cwd, env, cmd }: PlanInputs): Plan {
  const top = config.cwd ?? cwd;
  const { [appPhase]: app, ...phases } = config.phases;
  const [program = '', ...args] = cmd.length > 0 ? cmd : (app.command ?? []);
  const gracePeriodMs = milliseconds(app.gracePeriod) ?? defaultGracePeriodMs;
  return {
    name: config.name,
    phases: Object.entries(phases).map(([name, phase]): Phase => {
      const [phaseProgram = '', ...phaseArgs] = phase.command;
      const skipped = matches(phase.skipIf, env);
      return {
        name,
        argv: [phaseProgram, ...phaseArgs],
        ...place(top, phase, env),
        ...(skipped === undefined ? {} : { skipped: `skipIf.env ${skipped}` }),
        onFailure: phase.onFailure ?? 'abort',
        timeoutMs: milliseconds(phase.timeout) ?? 0,
        gracePeriodMs,
      };
    }),
    app: {
      argv: [program, ...args],
      ...place(top, app, env),
      gracePeriodMs,
      forwardedIsSuccess: app.successExitCodes?.includes('forwarded') ?? false,
    },
  };
}

/** PWD goes with the cwd, as `cd` does it: programs that trust it would else see the old directory. */
function place(
  top: string,
  {
    cwd = '.',
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
  inherited: NodeJS.ProcessEnv,
): Pick<Command, 'cwd' | 'env'> {
  const directory = resolve(top, cwd);
  const { OLDPWD: _, ...kept } = inherited as Record<string, string>;
  return { cwd: directory, env: { ...kept, PWD: directory, ...env } };
}

/** The names of the variables, when all of them have the value asked for. */
function matches(condition: EnvCondition | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const wanted = Object.entries(condition?.env ?? {});
  if (wanted.length === 0 || wanted.some(([name, value]) => env[name] !== value)) return undefined;
  return wanted.map(([name]) => name).join(', ');
}

function milliseconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}
