import type { Duration } from '../config/config.ts';
import { limitMs } from '../config/duration.ts';
import type { FilledConfig, FilledPhase } from '../config/filled-config.ts';
import type { Problem } from '../config/problem.ts';
import { neededBy } from '../config/rules.ts';
import { type App, makeApp } from './app.ts';
import type { Place } from './command.ts';
import { expansion } from './expand.ts';
import { type LogFile, logFileOf } from './log-file.ts';
import { type ChosenMode, chooseMode } from './mode.ts';
import { makePhase, type Phase } from './phase.ts';

/** What a boot does, with everything decided. */
export interface Plan {
  readonly name: string | undefined;
  readonly mode: ChosenMode;
  /** The key of the config that decided the mode. */
  readonly modeBecause: string;
  /** False when only the phases are wanted. */
  readonly startsApp: boolean;
  /** Those before the app in the order written, then those after it. */
  readonly phases: readonly Phase[];
  readonly app: App;
  /** In ms; 0 is none. */
  readonly shutdownTimeoutMs: number;
  /** Where output goes too. */
  readonly logFile?: LogFile;
}

export const appPhase = 'exec-app';

export interface PlanInputs {
  /** Where twenty-init was started. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The container's CMD; empty when there is none. */
  readonly cmd: readonly string[];
  /** Why a phase is left out at the wish of whoever started this, such as `--skip`. */
  readonly leftOut?: (phase: string) => string | undefined;
  /** In place of that of exec-app. */
  readonly gracePeriod?: Duration;
  /** Default true. */
  readonly startsApp?: boolean;
}

export interface Planned {
  readonly plan: Plan;
  /** With any of these the plan must not be carried out. */
  readonly problems: readonly Problem[];
}

/** Puts a valid config, the environment and the CMD together. */
export function makePlan(config: FilledConfig, inputs: PlanInputs): Planned {
  const { cwd, env, cmd, leftOut = () => undefined, gracePeriod, startsApp = true } = inputs;
  const expanding = expansion(env);
  const mode = chooseMode(config);
  const top: Place = {
    cwd: config.cwd === undefined ? cwd : expanding.expand(config.cwd, 'cwd'),
    env: inheritable(env),
  };
  const needs = neededBy(config.phases);
  const { [appPhase]: written, ...before } = config.phases;
  const appConfig = { ...written, ...(gracePeriod === undefined ? {} : { gracePeriod }) };
  const app = makeApp(appConfig, cmd, `phases.${appPhase}`, top, expanding);
  const phasesOf = (group: Readonly<Record<string, FilledPhase>>, key: string, post: boolean) =>
    Object.entries(group).map(([name, phase]) =>
      makePhase(name, phase, `${key}.${name}`, top, expanding, {
        post,
        needs: needs.get(name) ?? [],
        gracePeriodMs: app.gracePeriodMs,
        leftOut: leftOut(name),
      }),
    );
  const logFile = logFileOf(config.log.file, top.cwd, expanding);
  const plan: Plan = {
    name: config.name,
    mode: mode.mode,
    modeBecause: mode.because,
    startsApp,
    phases: [
      ...phasesOf(before, 'phases', false),
      ...(startsApp ? phasesOf(config.post, 'post', true) : []),
    ],
    app,
    shutdownTimeoutMs: limitMs(config.shutdown.timeout),
    ...(logFile === undefined ? {} : { logFile }),
  };
  return {
    plan,
    problems: [...mode.problems, ...relativeProblems(config, top), ...expanding.problems],
  };
}

function relativeProblems({ cwd: written }: FilledConfig, { cwd }: Place): Problem[] {
  if (cwd.startsWith('/')) return [];
  const what = `"${written}" is not absolute once its variables are filled in`;
  return [{ kind: 'text', where: 'cwd', what }];
}

function inheritable(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const { OLDPWD: _, ...kept } = env as Record<string, string>;
  return kept;
}
