import { CoreError, checkCwd, findProgram } from '@twenty-init/core';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { appPhase, type Command, type Plan } from './plan.ts';

/** Everything about this container that would make the boot fail, found before anything runs. */
export function preflight(config: Config, plan: Plan, env: NodeJS.ProcessEnv): Problem[] {
  return [
    ...missingVariables(config.env?.required ?? [], env),
    ...plan.phases
      .filter(({ skipped }) => skipped === undefined)
      .flatMap((phase) => commandProblems(phase.name, phase)),
    ...(plan.app.argv[0] === ''
      ? [
          {
            where: `phases.${appPhase}.command`,
            what: 'is not set, and the container has no CMD: there is nothing to run after the phases',
          },
        ]
      : commandProblems(appPhase, plan.app)),
  ];
}

function missingVariables(names: readonly string[], env: NodeJS.ProcessEnv): Problem[] {
  return names
    .filter((name) => (env[name] ?? '') === '')
    .map((name) => ({
      where: 'env.required',
      what: `${name} is ${env[name] === undefined ? 'not set' : 'empty'}`,
    }));
}

/** A command is looked up only where its cwd is right: else the second message would hide the first. */
function commandProblems(phase: string, { argv, cwd, env }: Command): Problem[] {
  return (
    problemOf(`phases.${phase}.cwd`, () => checkCwd(cwd)) ??
    problemOf(`phases.${phase}.command`, () => findProgram(argv[0], { cwd, path: env.PATH })) ??
    []
  );
}

function problemOf(where: string, check: () => unknown): Problem[] | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof CoreError) return [{ where, what: error.message }];
    throw error;
  }
}
