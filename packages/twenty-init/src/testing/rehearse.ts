import { setImmediate } from 'node:timers/promises';
import { type ExitStatus, signalNumber } from '@twenty-init/core';
import type { Duration, WrittenConfig } from '../config/config.ts';
import { durationMs } from '../config/duration.ts';
import type { Problem } from '../config/problem.ts';
import { validate } from '../config/validate.ts';
import type { PhaseStatus } from '../engine/phase-status.ts';
import type { AppSignal, StopSignal } from '../engine/signals.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Mask, maskFor } from '../log/mask.ts';
import { reporter } from '../log/reporter.ts';
import { environment } from '../plan/environment.ts';
import { appPhase, makePlan, type Plan } from '../plan/plan.ts';
import { type Boot, boot } from '../run/boot.ts';
import { type VirtualClock, virtualClock } from './clock.ts';
import { type FakeSystem, fakeSystem } from './fake-system.ts';
import type { Outcomes } from './outcome.ts';

export interface RehearseOptions {
  /** By phase (`migrate`), step (`migrate/upgrade`), condition (`migrate skipIf`) or `exec-app`. Default: success. */
  readonly outcomes?: Outcomes;
  /** The environment of the container. Default `{}`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The container's CMD. */
  readonly cmd?: readonly string[];
  /** Where twenty-init is started. Default `/app`. */
  readonly cwd?: string;
  /** The files that exist, by their absolute paths; for conditions on files. */
  readonly files?: readonly string[];
  readonly signals?: readonly RehearsedSignal[];
  /** The rehearsal ends then, whatever still goes on. Default `24h`. */
  readonly until?: Duration;
}

/** Sent at a moment of the rehearsal, or as soon as something has started. */
export type RehearsedSignal = { readonly signal: StopSignal | AppSignal } & (
  | { readonly at: Duration }
  | { readonly during: string; readonly after?: Duration }
);

export interface Rehearsal {
  /** Phases, steps and `exec-app` in the order in which they were started, each attempt once. */
  readonly order: readonly string[];
  readonly states: Readonly<Record<string, PhaseStatus>>;
  /** Of each phase that was started, in ms from the start. */
  readonly timings: Readonly<
    Record<string, { readonly startedAt: number; readonly endedAt?: number }>
  >;
  /** Our own lines: level and message. */
  readonly log: readonly string[];
  /** Of the container; undefined when the app still runs at the end. */
  readonly exitCode: number | undefined;
  /** Of the config or the environment; then nothing was started. */
  readonly problems: readonly Problem[];
  /** What was started and has not ended. */
  readonly alive: readonly string[];
  readonly durationMs: number;
}

/**
 * Runs the real phase engine without starting a process, in virtual time: a time-out of half an hour takes a
 * millisecond. Whether commands and directories exist is not looked at.
 *
 * @example
 * const { order, exitCode } = await rehearse(config, { outcomes: { migrate: 1 } });
 */
export async function rehearse<Name extends string>(
  written: WrittenConfig<Name>,
  options: RehearseOptions = {},
): Promise<Rehearsal> {
  const { outcomes = {}, env: inherited = {}, cmd = [], cwd = '/app', files = [] } = options;
  const validated = validate(written);
  const known = maskFor(inherited, [], written);
  if ('problems' in validated) return refused(validated.problems, known);
  const { config } = validated;
  const { env, problems } = environment(config.env, inherited, unreadable);
  const planned = makePlan(config, { cwd, env, cmd });
  const all = [...problems, ...planned.problems];
  const mask = maskFor(env, [], written);
  return all.length > 0
    ? refused(all, mask)
    : await play(planned.plan, mask, outcomes, files, options);
}

async function play(
  plan: Plan,
  mask: Mask,
  outcomes: Outcomes,
  files: readonly string[],
  { signals = [], until = '24h' }: RehearseOptions,
): Promise<Rehearsal> {
  const clock = virtualClock();
  const untilMs = durationMs(until);
  const system = fakeSystem(clock, outcomes, files);
  const log: string[] = [];
  let exitCode: number | undefined;
  let bug: { readonly error: unknown } | undefined;

  const rehearsed = (): Boot =>
    boot(
      plan,
      system,
      reporter(plan, (level, message) => log.push(`${level} ${mask(message)}`)),
    );
  planSignals(signals, system, clock, (signal) => {
    const app = system.takenOver();
    if (app === undefined) booting.signal(signal);
    else app.kill(signal);
  });
  const booting = rehearsed();
  booting.ended.then(
    (code) => {
      exitCode = code;
    },
    (error: unknown) => {
      bug = { error };
    },
  );

  const isOver = (): boolean => {
    if (exitCode !== undefined && system.alive().length === 0) return true;
    // An app that runs is probed for ever; the rehearsal ends when no probe can tell anything new.
    const { app } = booting.state();
    if (clock.now() >= untilMs) return true;
    if (app.type !== 'running' || app.stopping !== undefined || app.inARow > 0) return false;
    const { timers, happenings } = clock.planned();
    const probeTimers = plan.app.readiness?.type === 'probed' ? 1 : 0;
    const steady = timers <= probeTimers && happenings === 0 && app.ready === system.isReady();
    return steady && exitCode === undefined && !system.becomesReady();
  };
  const taken = new Set<unknown>();
  do {
    // Everything that follows from the last moment happens before the next one.
    await setImmediate();
    const app = system.takenOver();
    if (app !== undefined && !taken.has(app)) {
      taken.add(app);
      exitCode = undefined;
      app.exited.then((status) => {
        exitCode = pid1Code(plan, status, signals);
      });
    }
  } while (bug === undefined && !isOver() && clock.advance());
  await setImmediate();
  if (bug !== undefined) throw bug.error;
  return {
    order: system.started,
    states: Object.fromEntries(booting.state().phases.map(({ name, status }) => [name, status])),
    timings: Object.fromEntries(
      booting
        .state()
        .phases.flatMap(({ name, startedAt, endedAt }) =>
          startedAt === undefined
            ? []
            : [[name, { startedAt, ...(endedAt === undefined ? {} : { endedAt }) }]],
        ),
    ),
    log,
    exitCode:
      system.takenOver() !== undefined && system.alive().includes(appPhase) ? undefined : exitCode,
    problems: [],
    alive: system.alive(),
    durationMs: clock.now(),
  };
}

function planSignals(
  signals: readonly RehearsedSignal[],
  system: FakeSystem,
  clock: VirtualClock,
  send: (signal: StopSignal | AppSignal) => void,
): void {
  for (const planned of signals) {
    if ('at' in planned) {
      clock.happens(durationMs(planned.at), () => send(planned.signal));
      continue;
    }
    let sent = false;
    system.onStart((title) => {
      if (sent || title !== planned.during) return;
      sent = true;
      clock.happens(durationMs(planned.after ?? '0s'), () => send(planned.signal));
    });
  }
}

/** What `pid1` makes of the end of an app that it has taken over. */
function pid1Code(
  { app }: Plan,
  { exitCode }: ExitStatus,
  signals: readonly RehearsedSignal[],
): number {
  const forwarded = signals.some(({ signal }) => exitCode === 128 + signalNumber(signal));
  return app.forwardedIsSuccess && forwarded ? 0 : exitCode;
}

function refused(found: readonly Problem[], mask: Mask): Rehearsal {
  const problems = found.map((problem) => ({ ...problem, what: mask(problem.what) }));
  return {
    order: [],
    states: {},
    timings: {},
    log: problems.map(({ where, what }) => `error ${where}  ${what}`),
    exitCode: exitCodes.config,
    problems,
    alive: [],
    durationMs: 0,
  };
}

/** A rehearsal reads no file; give the variable itself. */
function unreadable(path: string): string {
  throw Object.assign(new Error(`${path} is not read in a rehearsal`), { code: 'ENOENT' });
}
