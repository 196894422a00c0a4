import type { FilledConfig } from '../config/filled-config.ts';
import type { Problem } from '../config/problem.ts';
import { unknownPhase } from '../config/unknown-phase.ts';
import { nameList } from './name-list.ts';
import { appPhase } from './plan.ts';

const variable = 'TWENTY_INIT_SKIP';

export interface Skip {
  /** Why a phase is left out. */
  readonly leftOut: (phase: string) => string | undefined;
  /** A misspelt name would else run what was meant to be left out. */
  readonly problems: readonly Problem[];
}

/** `TWENTY_INIT_SKIP=migrate,register`, or `*` for every phase. */
export function skipVariable({ phases, post }: FilledConfig, env: NodeJS.ProcessEnv): Skip {
  const names = nameList(env[variable] ?? '');
  const known = [...Object.keys(phases), ...Object.keys(post)].filter((name) => name !== appPhase);
  return {
    leftOut: (phase) => (names.includes(phase) || names.includes('*') ? variable : undefined),
    problems: names
      .filter((name) => name !== '*' && !known.includes(name))
      .map((name) => ({
        kind: 'rule',
        where: variable,
        what:
          name === appPhase
            ? `${appPhase} cannot be left out: run-phases runs the phases without it`
            : unknownPhase(name, known),
      })),
  };
}
