import type { AppConfig, Config } from './config.ts';
import type { Finding, Problem } from './problem.ts';
import { unknownPhase } from './unknown-phase.ts';

/** What no shape can say: the order and the names of the phases, and that what they need can come before them. */
export function ruleProblems(config: Config): Problem[] {
  return findings(config).map((finding) => ({ kind: 'rule', ...finding }));
}

/** Each phase but exec-app with what it needs: without `needs` it is the phase written before it. */
export function neededBy(phases: Config['phases']): ReadonlyMap<string, readonly string[]> {
  const names = Object.keys(phases).filter((name) => name !== 'exec-app');
  return new Map(
    names.map((name, index) => {
      const before = names[index - 1];
      return [name, phases[name]?.needs ?? (before === undefined ? [] : [before])];
    }),
  );
}

function findings({ phases, post = {} }: Config): Finding[] {
  const names = Object.keys(phases);
  return [
    ...[
      ...names.map((name) => ['phases', name]),
      ...Object.keys(post).map((name) => ['post', name]),
    ]
      .filter(([, name = '']) => /^\d+$/.test(name))
      .map(([key, name]) => ({
        where: `${key}.${name}`,
        what: 'a phase cannot be named by a number: JavaScript would run it before the others',
      })),
    // JavaScript moves integer-like keys to the front, and some editors sort keys: both would change what runs when.
    ...(names.at(-1) === 'exec-app'
      ? []
      : [
          {
            where: 'phases.exec-app',
            what: `must be written last, found before "${names.at(-1)}" (were the keys sorted?)`,
          },
        ]),
    ...Object.keys(post)
      .filter((name) => Object.hasOwn(phases, name))
      .map((name) => ({
        where: `post.${name}`,
        what: `there is a phases.${name} already: the log could not tell them apart`,
      })),
    ...Object.entries(post)
      .filter(([, phase]) => phase.needs !== undefined)
      .map(([name]) => ({
        where: `post.${name}.needs`,
        what: 'post phases run one after another, so they cannot need others',
      })),
    ...stepProblems({ phases, post }),
    ...appProblems(phases['exec-app']),
    ...needProblems(neededBy(phases)),
  ];
}

function appProblems(app: AppConfig): Finding[] {
  const { readiness, startTimeout } = app;
  if (readiness?.notifyFd !== undefined) return notifyProblems(app);
  return startTimeout !== undefined && readiness === undefined
    ? [
        {
          where: 'phases.exec-app.startTimeout',
          what: 'needs readiness: without it the app counts as ready at once',
        },
      ]
    : [];
}

function notifyProblems({ readiness = {}, env = {} }: AppConfig): Finding[] {
  const ofProbes = Object.keys(readiness).filter((key) => key !== 'notifyFd');
  return [
    ...ofProbes.map((key) => ({
      where: `phases.exec-app.readiness.${key}`,
      what: 'is for probes; with notifyFd there are none, the app itself says when it is ready',
    })),
    ...(env.NOTIFY_FD === undefined
      ? []
      : [{ where: 'phases.exec-app.env.NOTIFY_FD', what: 'is set by readiness.notifyFd' }]),
  ];
}

function stepProblems({ phases, post = {} }: Config): Finding[] {
  return Object.entries({ phases, post }).flatMap(([key, group]) =>
    Object.entries(group).flatMap(([name, phase]) => {
      if (!('steps' in phase)) return [];
      const names = phase.steps.map((step) => step.name);
      return names
        .filter((step, index) => names.indexOf(step) !== index)
        .map((step) => ({
          where: `${key}.${name}.steps`,
          what: `two steps are named "${step}": the log could not tell them apart`,
        }));
    }),
  );
}

function needProblems(needs: ReadonlyMap<string, readonly string[]>): Finding[] {
  const unknown = [...needs].flatMap(([name, needed]) =>
    needed
      .filter((other) => !needs.has(other))
      .map((other) => ({
        where: `phases.${name}.needs`,
        what:
          other === 'exec-app'
            ? 'exec-app comes after every phase'
            : unknownPhase(other, [...needs.keys()]),
      })),
  );
  if (unknown.length > 0) return unknown;
  const circle = findCircle(needs);
  return circle === undefined
    ? []
    : [
        {
          where: `phases.${circle[0]}.needs`,
          what: `goes in a circle: ${[...circle, circle[0]].join(' needs ')}`,
        },
      ];
}

/** The names on one circle, in order. */
function findCircle(needs: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    if (done.has(name)) return undefined;
    for (const other of needs.get(name) ?? []) {
      const circle = visit(other, [...path, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of needs.keys()) {
    const circle = visit(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
