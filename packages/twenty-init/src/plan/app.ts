import type { Signal } from '@twenty-init/core';
import { type RestartRule, restartDefaults } from '@twenty-init/core/restart';
import type { CommandForm, NoCommand } from '../config/config.ts';
import { durationMs, limitMs } from '../config/duration.ts';
import type { FilledApp } from '../config/filled-config.ts';
import { type Command, commandOf, literalCommand, type Place, placeWithin } from './command.ts';
import type { Expansion } from './expand.ts';
import { notifyVariable, type Readiness, readinessOf } from './readiness.ts';

export interface App extends Command {
  /** What it gets in place of SIGTERM. */
  readonly stopSignal: Signal;
  readonly gracePeriodMs: number;
  readonly forwardedIsSuccess: boolean;
  readonly successExitCodes: readonly number[];
  readonly readiness?: Readiness;
  /** In ms; 0 is none. */
  readonly startTimeoutMs: number;
  readonly restart: RestartRule;
}

/** A CMD is what Docker made of it, so nothing in it is filled in. */
export function makeApp(
  app: FilledApp,
  cmd: readonly string[],
  where: string,
  top: Place,
  expanding: Expansion,
): App {
  const place = placeWithin(top, app, where, expanding);
  const readiness = readinessOf(app.readiness, `${where}.readiness`, place, expanding);
  const codes = app.successExitCodes;
  const told = knowing(readiness, place);
  return {
    ...(cmd.length > 0 || app.command === undefined
      ? literalCommand(cmd, told)
      : commandOf(app, where, told, expanding)),
    stopSignal: app.stopSignal,
    gracePeriodMs: durationMs(app.gracePeriod),
    forwardedIsSuccess: codes.includes('forwarded'),
    successExitCodes: codes.filter((code) => typeof code === 'number'),
    ...(readiness === undefined ? {} : { readiness }),
    startTimeoutMs: limitMs(app.startTimeout),
    restart: restartOf(app.restart),
  };
}

/** The app alone is told: nothing else has such a descriptor. */
function knowing(readiness: Readiness | undefined, place: Place): Place {
  if (readiness?.type !== 'notified') return place;
  return { ...place, env: { ...place.env, [notifyVariable]: String(readiness.fd) } };
}

/**
 * No CMD, or one that starts with the command of exec-app or with one of its `match`. Under a shell the command is what
 * Docker makes of `CMD command`: `[shell, '-c', command]`.
 */
export function isAppCommand(cmd: readonly string[], app: AppForm): boolean {
  if (cmd.length === 0) return true;
  if (app.command === undefined && app.match.length === 0) return true;
  return [...commandLines(app), ...app.match].some((beginning) =>
    beginning.every((word, index) => cmd[index] === word),
  );
}

type AppForm = Pick<FilledApp, 'match'> & (CommandForm | NoCommand);

function commandLines(app: AppForm): (readonly string[])[] {
  if (app.command === undefined) return [];
  return [app.shell === undefined ? app.command : [app.shell, '-c', app.command]];
}

function restartOf(restart: FilledApp['restart']): RestartRule {
  return {
    policy: restart.policy,
    delayMs: durationMs(restart.delay),
    factor: restart.factor,
    maxDelayMs: durationMs(restart.maxDelay),
    maxRestarts: restart.maxRestarts,
    windowMs: durationMs(restart.window),
    resetAfterMs: restartDefaults.resetAfterMs,
  };
}
