import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CoreError, checkCwd, findProgram } from '@twenty-init/core';
import type { Problem } from '../config/problem.ts';
import type { Command, Work } from './command.ts';
import type { OpenCondition } from './conditions.ts';
import type { Phase } from './phase.ts';
import { appPhase, type Plan } from './plan.ts';
import type { Probe } from './readiness.ts';

/** Everything about this container that would make the boot fail, found before anything runs. */
export function preflight(plan: Plan): Problem[] {
  return [
    ...plan.phases.filter(({ skipped }) => skipped === undefined).flatMap(phaseProblems),
    ...(plan.startsApp ? appProblems(plan) : []),
    ...logFileProblems(plan),
  ];
}

function phaseProblems({ name, post, steps, conditions }: Phase): Problem[] {
  const where = `${post ? 'post' : 'phases'}.${name}`;
  return [
    ...conditions.flatMap((condition) => conditionProblems(condition, where)),
    ...steps
      .filter(({ skipped }) => skipped === undefined)
      .flatMap((step) => [
        ...workProblems(step.work, step.where),
        ...(step.where === where
          ? []
          : step.conditions.flatMap((condition) => conditionProblems(condition, step.where))),
      ]),
  ];
}

function conditionProblems({ key, exec }: OpenCondition, where: string): Problem[] {
  return exec === undefined ? [] : (programProblem(exec, `${where}.${key}.exec`) ?? []);
}

function appProblems({ app }: Plan): Problem[] {
  const where = `phases.${appPhase}`;
  if (app.argv[0] === '')
    return [
      {
        where: `${where}.command`,
        what: 'is not set, and the container has no CMD: there is nothing to run after the phases',
      },
    ];
  const { readiness } = app;
  return [
    ...workProblems(app, where),
    ...(readiness?.type === 'probed' ? probeProblems(readiness.probe, `${where}.readiness`) : []),
  ];
}

function probeProblems(probe: Probe, where: string): Problem[] {
  switch (probe.type) {
    case 'httpGet':
      return (
        probe.urls
          .filter((url) => !URL.canParse(url) || !/^https?:/.test(url))
          // Not the URL, which may hold a secret.
          .map(() => ({
            where: `${where}.httpGet`,
            what: 'is not an http or https URL once its variables are filled in',
          }))
      );
    case 'tcpSocket':
      return probe.port > 0 && probe.port < 65_536
        ? []
        : [{ where: `${where}.tcpSocket`, what: `${probe.port} is not a port` }];
    case 'exec':
      return programProblem(probe.command, `${where}.exec`) ?? [];
  }
}

function logFileProblems({ logFile }: Plan): Problem[] {
  if (logFile === undefined) return [];
  const { path } = logFile;
  const problem = (what: string): Problem[] => [{ where: 'log.file', what }];
  const directory = unwritable(dirname(path), constants.W_OK | constants.X_OK);
  if (directory !== undefined) return problem(`the directory "${dirname(path)}" ${directory}`);
  if (!existsSync(path)) return [];
  // Opening a FIFO would wait for a reader, deaf to signals; a device such as /dev/stdout would be renamed.
  const stat = statSync(path);
  if (stat.isDirectory()) return problem(`"${path}" is a directory`);
  const file = stat.isFile() ? unwritable(path, constants.W_OK) : 'is not a regular file';
  return file === undefined ? [] : problem(`"${path}" ${file}`);
}

function unwritable(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist' : `cannot be written to by this user (${code})`;
  }
}

/** A command is looked up only where its cwd is right: else the second message would hide the first. */
function workProblems(work: Work, where: string): Problem[] {
  return (
    problemOf(`${where}.cwd`, () => checkCwd(work.cwd)) ??
    ('argv' in work
      ? programProblem(work, `${where}.${work.isShell === true ? 'shell' : 'command'}`)
      : undefined) ??
    []
  );
}

function programProblem({ argv, cwd, env, name }: Command, where: string): Problem[] | undefined {
  return problemOf(where, () => findProgram(argv[0], { cwd, path: env.PATH, name }));
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
