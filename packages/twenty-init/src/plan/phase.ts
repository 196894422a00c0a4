import type { Signal } from '@twenty-init/core';
import { durationMs, limitMs } from '../config/duration.ts';
import type { FilledPhase, FilledStep } from '../config/filled-config.ts';
import { commandOf, type Place, placeWithin, type Work } from './command.ts';
import { type OpenCondition, openConditionsOf, skippedByEnv } from './conditions.ts';
import type { Expansion } from './expand.ts';

export interface Phase {
  readonly name: string;
  /** Runs after the app and not before it. */
  readonly post: boolean;
  /** The phases that must be done first. */
  readonly needs: readonly string[];
  readonly cwd: string;
  readonly steps: readonly Step[];
  /** Why it does not run, where that is known already. */
  readonly skipped?: string;
  /** What has to be looked at before it runs. */
  readonly conditions: readonly OpenCondition[];
  readonly onFailure: OnFailure;
  readonly onStop: 'cancel' | 'defer';
  /** In ms; 0 is none. */
  readonly timeoutMs: number;
}

export interface Step {
  /** In a phase of steps; without one it is all that the phase does. */
  readonly name?: string;
  /** `migrate`, or `migrate/upgrade` of that name. */
  readonly title: string;
  /** Its path in the config. */
  readonly where: string;
  readonly work: Work;
  readonly skipped?: string;
  readonly conditions: readonly OpenCondition[];
  readonly onFailure: OnFailure;
  readonly retry: Retry;
  /** In ms; 0 is none. */
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  /** What it gets in place of SIGTERM. */
  readonly stopSignal: Signal;
  readonly gracePeriodMs: number;
}

export type OnFailure = 'abort' | 'warn' | 'ignore';

export interface Retry {
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
}

interface Setting {
  readonly post: boolean;
  readonly needs: readonly string[];
  readonly gracePeriodMs: number;
  readonly leftOut: string | undefined;
}

export function makePhase(
  name: string,
  phase: FilledPhase,
  where: string,
  top: Place,
  fillIn: Expansion,
  { post, needs, gracePeriodMs, leftOut }: Setting,
): Phase {
  const skipped = leftOut ?? skippedByEnv(phase, top.env);
  const expanding = skipped === undefined ? fillIn : asWritten;
  const place = placeWithin(top, phase, where, expanding);
  const defaults: StepDefaults = {
    idleTimeoutMs: limitMs(phase.idleTimeout),
    retry: retryOf(phase.retry),
    stopSignal: phase.stopSignal,
    gracePeriodMs,
  };
  return {
    name,
    post,
    needs,
    cwd: place.cwd,
    steps:
      'steps' in phase
        ? phase.steps.map((step, index) =>
            makeStep(name, step, `${where}.steps.${index}`, place, expanding, defaults),
          )
        : [onlyStep(name, phase, where, place, expanding, defaults)],
    ...(skipped === undefined ? {} : { skipped }),
    conditions:
      skipped === undefined ? openConditionsOf(phase, top.env, where, place, expanding) : [],
    onFailure: phase.onFailure,
    onStop: phase.onStop,
    timeoutMs: limitMs(phase.timeout),
  };
}

type StepDefaults = Pick<Step, 'idleTimeoutMs' | 'retry' | 'stopSignal' | 'gracePeriodMs'>;

function makeStep(
  phaseName: string,
  step: FilledStep,
  where: string,
  phasePlace: Place,
  fillIn: Expansion,
  defaults: StepDefaults,
): Step {
  const skipped = skippedByEnv(step, phasePlace.env);
  const expanding = skipped === undefined ? fillIn : asWritten;
  const place = placeWithin(phasePlace, step, where, expanding);
  return {
    ...defaults,
    name: step.name,
    title: `${phaseName}/${step.name}`,
    where,
    work: commandOf(step, where, place, expanding),
    ...(skipped === undefined ? {} : { skipped }),
    conditions:
      skipped === undefined ? openConditionsOf(step, phasePlace.env, where, place, expanding) : [],
    onFailure: step.onFailure,
    timeoutMs: limitMs(step.timeout),
    ...(step.idleTimeout === undefined ? {} : { idleTimeoutMs: durationMs(step.idleTimeout) }),
    ...(step.retry === undefined ? {} : { retry: retryOf(step.retry) }),
    ...(step.stopSignal === undefined ? {} : { stopSignal: step.stopSignal }),
  };
}

/** A phase with a command or a function is a phase of one step; everything else is said of the phase. */
function onlyStep(
  name: string,
  phase: Exclude<FilledPhase, { steps: unknown }>,
  where: string,
  place: Place,
  expanding: Expansion,
  defaults: StepDefaults,
): Step {
  const work: Work =
    'run' in phase
      ? { run: phase.run, shown: 'run()', ...place }
      : commandOf(phase, where, place, expanding);
  return {
    ...defaults,
    title: name,
    where,
    work,
    conditions: [],
    onFailure: 'abort',
    timeoutMs: 0,
  };
}

/** What is skipped anyway may name variables that are not set. */
const asWritten: Expansion = { expand: (text) => text, problems: [] };

function retryOf({ attempts, delay, factor, maxDelay, jitter }: FilledPhase['retry']): Retry {
  return {
    attempts,
    delayMs: durationMs(delay),
    factor,
    maxDelayMs: durationMs(maxDelay),
    jitter,
  };
}
