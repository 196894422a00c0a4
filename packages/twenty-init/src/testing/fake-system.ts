import { CoreError } from '@twenty-init/core';
import { appPhase } from '../plan/plan.ts';
import type { System } from '../run/system.ts';
import type { VirtualClock } from './clock.ts';
import { type FakeProcess, fakeProcess, notified } from './fake-process.ts';
import { type Outcome, type Outcomes, outcomeOf, readyAfterMs } from './outcome.ts';

export interface FakeSystem extends System {
  /** The titles of what was started, in order. */
  readonly started: readonly string[];
  /** When each was started for the first time, in ms. */
  readonly startedAt: ReadonlyMap<string, number>;
  /** Calls back at each start. */
  onStart(callback: (title: string) => void): void;
  /** What runs at the moment. */
  alive(): readonly string[];
  /** The app that this process turned into or that was handed over; what happens to it is not ours any more. */
  takenOver(): FakeProcess | undefined;
  /** What a probe would find now. */
  isReady(): boolean;
  /** Whether the app will turn ready later on. */
  becomesReady(): boolean;
}

/** The effects of a boot without any: nothing is started, and time passes as the clock says. */
export function fakeSystem(
  clock: VirtualClock,
  outcomes: Outcomes,
  files: readonly string[],
): FakeSystem {
  const started: string[] = [];
  const startedAt = new Map<string, number>();
  const processes = new Map<FakeProcess, string>();
  const callbacks: ((title: string) => void)[] = [];
  let app: { process: FakeProcess; startedAt: number } | undefined;
  let takenOver: FakeProcess | undefined;

  const start = (title: string): FakeProcess => {
    const attempt = started.filter((other) => other === title).length + 1;
    const outcome = outcomeOf(outcomes, title, attempt);
    if (outcome.notStarted !== undefined) throw notStarted(title, outcome.notStarted);
    started.push(title);
    if (!startedAt.has(title)) startedAt.set(title, clock.now());
    const process = fakeProcess(1000 + started.length, outcome, clock, title === appPhase);
    processes.set(process, title);
    if (title === appPhase) app = { process, startedAt: clock.now() };
    for (const callback of callbacks) callback(title);
    return process;
  };

  const isReady = ({ process, startedAt: since }: NonNullable<typeof app>): boolean => {
    const afterMs = readyAfterMs(process.outcome);
    return afterMs !== undefined && clock.now() - since >= afterMs;
  };

  return {
    started,
    startedAt,
    onStart: (callback) => {
      callbacks.push(callback);
    },
    alive: () => [...processes].filter(([process]) => process.isAlive()).map(([, title]) => title),
    takenOver: () => takenOver,
    isReady: () => app !== undefined && isReady(app),
    becomesReady: () =>
      app !== undefined && !isReady(app) && readyAfterMs(app.process.outcome) !== undefined,
    now: clock.now,
    random: () => 0.5,
    after: clock.after,
    start: async (_, title) => start(title),
    exists: (path) => files.includes(path),
    startApp: async ({ readiness }) => {
      const process = start(appPhase);
      const saysSo = readiness?.type === 'notified';
      return { ...process, ready: saysSo ? notified(process, clock) : Promise.resolve(true) };
    },
    become: async (_, canceled) => {
      // As the real one: signals that came until now are heard first.
      await Promise.resolve();
      if (canceled()) throw new CoreError('CANCELED', 'called off by a signal');
      takenOver = start(appPhase);
      return await new Promise<never>(() => {});
    },
    probe: async () => {
      const ok = app !== undefined && isReady(app);
      return { ok, reason: ok ? 'ready' : 'not ready yet' };
    },
    handOff: async () => {
      takenOver = app?.process;
      return { accepted: true, reason: '' };
    },
  };
}

function notStarted(title: string, exitCode: NonNullable<Outcome['notStarted']>): CoreError {
  switch (exitCode) {
    case 78:
      return new CoreError('CWD_MISSING', `the cwd of ${title} does not exist`);
    case 126:
      return new CoreError('COMMAND_NOT_EXECUTABLE', `the command of ${title} is not executable`);
    case 127:
      return new CoreError('COMMAND_NOT_FOUND', `the command of ${title} was not found`);
  }
}
