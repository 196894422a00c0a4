import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CoreError, checkCwd, findProgram } from '@twenty-init/core';
import type { Finding, Problem } from '../config/problem.ts';
import type { Command, Work } from './command.ts';
import type { OpenCondition } from './conditions.ts';
import type { Phase } from './phase.ts';
import { appPhase, type Plan } from './plan.ts';
import type { Probe } from './readiness.ts';

/** Everything about this container that would make the boot fail, found before anything runs. */
export function preflight(plan: Plan): Problem[] {
  const findings = [
    ...plan.phases.filter(({ skipped }) => skipped === undefined).flatMap(phaseFindings),
    ...(plan.startsApp ? appFindings(plan) : []),
    ...logFileFindings(plan),
  ];
  return findings.map((finding) => ({ kind: 'container', ...finding }));
}

function phaseFindings({ name, post, steps, conditions }: Phase): Finding[] {
  const where = `${post ? 'post' : 'phases'}.${name}`;
  return [
    ...conditions.flatMap((condition) => conditionFindings(condition, where)),
    ...steps
      .filter(({ skipped }) => skipped === undefined)
      .flatMap((step) => [
        ...workFindings(step.work, step.where),
        ...step.conditions.flatMap((condition) => conditionFindings(condition, step.where)),
      ]),
  ];
}

function conditionFindings({ key, exec }: OpenCondition, where: string): Finding[] {
  return exec === undefined ? [] : (programFinding(exec, `${where}.${key}.exec`) ?? []);
}

function appFindings({ app }: Plan): Finding[] {
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
    ...workFindings(app, where),
    ...(readiness?.type === 'probed' ? probeFindings(readiness.probe, `${where}.readiness`) : []),
  ];
}

function probeFindings(probe: Probe, where: string): Finding[] {
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
      return programFinding(probe.command, `${where}.exec`) ?? [];
  }
}

function logFileFindings({ logFile }: Plan): Finding[] {
  if (logFile === undefined) return [];
  const { path } = logFile;
  const finding = (what: string): Finding[] => [{ where: 'log.file', what }];
  const directory = unwritable(dirname(path), constants.W_OK | constants.X_OK);
  if (directory !== undefined) return finding(`the directory "${dirname(path)}" ${directory}`);
  if (!existsSync(path)) return [];
  // Opening a FIFO would wait for a reader, deaf to signals; a device such as /dev/stdout would be renamed.
  const stat = statSync(path);
  if (stat.isDirectory()) return finding(`"${path}" is a directory`);
  const file = stat.isFile() ? unwritable(path, constants.W_OK) : 'is not a regular file';
  return file === undefined ? [] : finding(`"${path}" ${file}`);
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
function workFindings(work: Work, where: string): Finding[] {
  return (
    findingOf(`${where}.cwd`, () => checkCwd(work.cwd)) ??
    ('argv' in work
      ? programFinding(work, `${where}.${work.isShell === true ? 'shell' : 'command'}`)
      : undefined) ??
    []
  );
}

function programFinding({ argv, cwd, env, name }: Command, where: string): Finding[] | undefined {
  return findingOf(where, () => findProgram(argv[0], { cwd, path: env.PATH, name }));
}

function findingOf(where: string, check: () => unknown): Finding[] | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof CoreError) return [{ where, what: error.message }];
    throw error;
  }
}
