import { resolve } from 'node:path';
import type { Condition } from '../config/config.ts';
import { type Command, makeCommand, type Place } from './command.ts';
import type { Expansion } from './expand.ts';

/** What is left of a condition when its variables are as it wants them: it is looked at when its turn comes. */
export interface OpenCondition {
  readonly key: 'skipIf' | 'onlyIf';
  /** Absolute. */
  readonly file?: string;
  readonly exec?: Command;
}

export interface Conditions {
  readonly skipIf?: Condition;
  readonly onlyIf?: Condition;
}

/** Why something does not run, where the environment alone decides that. */
export function skippedByEnv(
  { skipIf, onlyIf }: Conditions,
  env: Readonly<Record<string, string>>,
): string | undefined {
  if (skipIf?.env !== undefined && !needsALook(skipIf) && matches(skipIf, env))
    return `skipIf.env ${names(skipIf)}`;
  if (onlyIf !== undefined && !matches(onlyIf, env)) return `onlyIf.env ${names(onlyIf)}`;
  return undefined;
}

/** What has to be looked at later; `above` is the environment that the conditions are about. */
export function openConditionsOf(
  conditions: Conditions,
  above: Place['env'],
  where: string,
  place: Place,
  expanding: Expansion,
): OpenCondition[] {
  return (['skipIf', 'onlyIf'] as const).flatMap((key) => {
    const condition = conditions[key];
    if (condition === undefined || !needsALook(condition) || !matches(condition, above)) return [];
    const { file, exec } = condition;
    const at = `${where}.${key}`;
    return [
      {
        key,
        ...(file === undefined
          ? {}
          : { file: resolve(place.cwd, expanding.expand(file, `${at}.file`)) }),
        ...(exec === undefined ? {} : { exec: makeCommand(exec, `${at}.exec`, place, expanding) }),
      },
    ];
  });
}

function needsALook({ file, exec }: Condition): boolean {
  return file !== undefined || exec !== undefined;
}

function matches({ env = {} }: Condition, actual: Readonly<Record<string, string>>): boolean {
  return Object.entries(env).every(([name, value]) => actual[name] === value);
}

function names({ env = {} }: Condition): string {
  return Object.keys(env).join(', ');
}
