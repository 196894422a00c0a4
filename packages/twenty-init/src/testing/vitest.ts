import type { ExpectStatic } from 'vitest';
import type { PhaseStatus } from '../engine/phase-status.ts';
import type { Rehearsal } from './rehearse.ts';

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/**
 * Teaches `expect` the matchers below, for this test file or, in a setup file, for all of them.
 *
 * @example
 * addMatchers(expect);
 * expect(await rehearse(config)).toHaveRun(['migrate', 'register', 'exec-app']);
 */
export function addMatchers(expect: ExpectStatic): void {
  expect.extend(matchers);
}

const matchers: {
  toHaveRun(rehearsal: Rehearsal, order: readonly string[]): Verdict;
  toHaveStarted(rehearsal: Rehearsal, title: string): Verdict;
  toHaveExited(rehearsal: Rehearsal, exitCode: number): Verdict;
  toHaveState(rehearsal: Rehearsal, phase: string, state: PhaseStatus): Verdict;
} = {
  toHaveRun: ({ order, log }, expected) => ({
    pass: order.length === expected.length && order.every((title, at) => title === expected[at]),
    message: () => `expected the order ${shown(expected)}, got ${shown(order)}${story(log)}`,
    actual: order,
    expected,
  }),
  toHaveStarted: ({ order, log }, title) => ({
    pass: order.includes(title),
    message: () =>
      `${title} was ${order.includes(title) ? '' : 'not '}started; the order is ${shown(order)}${story(log)}`,
  }),
  toHaveExited: ({ exitCode, log }, expected) => ({
    pass: exitCode === expected,
    message: () =>
      `expected exit code ${expected}, got ${exitCode ?? 'an app that runs'}${story(log)}`,
    actual: exitCode,
    expected,
  }),
  toHaveState: ({ states, log }, phase, expected) => ({
    pass: states[phase] === expected,
    message: () =>
      `expected ${phase} to be ${expected}, it is ${states[phase] ?? 'unknown'}${story(log)}`,
    actual: states[phase],
    expected,
  }),
};

declare module 'vitest' {
  // The type parameter has to be as vitest declares it.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  interface Matchers<T = any> {
    /** What was started, in this order and nothing else. */
    toHaveRun(order: readonly string[]): T;
    /** A phase, a step, a condition or `exec-app`. */
    toHaveStarted(title: string): T;
    toHaveExited(exitCode: number): T;
    toHaveState(phase: string, state: PhaseStatus): T;
  }
}

function shown(order: readonly string[]): string {
  return `[${order.join(', ')}]`;
}

function story(log: readonly string[]): string {
  return log.length === 0 ? '' : `\n\n${log.join('\n')}`;
}
