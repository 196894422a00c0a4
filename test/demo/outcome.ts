import { type Container, enter, runAsInit, runAsSubreaper } from '../harness/container.ts';
import { processes } from '../harness/proc.ts';
import type { Screen } from '../harness/screen.ts';
import { until } from '../harness/wait.ts';
import type { Example } from './example.ts';

/** What the two runs are compared by. */
export interface Outcome {
  readonly init: string;
  readonly stop: string;
  readonly exitCode: string;
  readonly zombies: string;
}

/** Starts a program of the example, showing its output: under that init, or as PID 1 itself. */
export function start(
  init: readonly string[],
  program: readonly string[],
  { root, env }: Example,
  isolated: boolean,
  show: Screen,
): Promise<Container> {
  const options = { cwd: root, env, onOutput: show.quote };
  if (isolated) return runAsInit([...init, ...program], options);
  return runAsSubreaper([...init, ...orphanMaker, ...program], options);
}

/** Waits for HTTP 200; fails when the container ends before. */
export async function ready(url: string, container: Container): Promise<void> {
  let ended = false;
  void container.exited.then(() => {
    ended = true;
  });
  await until(`HTTP 200 from ${url}`, async () => {
    if (ended) throw new Error('it ended before it was ready');
    return await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  });
}

export const orphanCount = 5;
const marker = `0.2${process.pid}`;
const makeOrphans = `for i in $(seq ${orphanCount}); do (sleep ${marker} &); done`;

/** Where there is no namespace to enter, a process that waits inside for its SIGHUP makes the orphans. */
const orphanMaker = [
  'sh',
  '-c',
  `(sh -c 'trap "${makeOrphans}; exit" HUP; while :; do sleep 0.05; done' orphan-maker &); exec "$@"`,
  'sh',
];

/**
 * Makes processes whose parents end first, as a careless library does, and waits until they have ended. Resolves with
 * the zombies that stay.
 */
export async function zombiesAfterOrphans(
  container: Container,
  isolated: boolean,
): Promise<readonly number[]> {
  if (isolated) await enter(container.init, ['sh', '-c', makeOrphans]);
  else
    for (const { pid, argv } of container.processes())
      if (argv.at(-1) === 'orphan-maker') process.kill(pid, 'SIGHUP');
  await until('the orphans to end', () => !processes().some(({ argv }) => argv.includes(marker)));
  const zombies = (): number[] =>
    container
      .processes()
      .filter(({ state, ppid }) => state === 'Z' && ppid === container.init)
      .map(({ pid }) => pid);
  // A zombie lives for a moment even under the best init; one that is there again and again is nobody's.
  const first = new Set(zombies());
  for (let look = 0; look < 20 && first.size > 0; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = new Set(zombies());
    for (const pid of first) if (!now.has(pid)) first.delete(pid);
  }
  return [...first];
}
