import { type Container, enter, runAsInit, runAsSubreaper } from '../harness/container.ts';
import { processes } from '../harness/proc.ts';
import { until } from '../harness/wait.ts';
import type { Example } from './example.ts';
import type { Screen } from './screen.ts';

/** What the two runs are compared by. */
export interface Outcome {
  readonly init: string;
  readonly stop: string;
  readonly exitCode: string;
  readonly zombies: string;
}

/** Starts the example under an init, showing its output. */
export function start(
  argv: readonly string[],
  { root, env }: Example,
  isolated: boolean,
  show: Screen,
): Promise<Container> {
  const run = isolated ? runAsInit : runAsSubreaper;
  return run(argv, { cwd: root, env, onOutput: show.quote });
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

/**
 * Makes processes whose parents end first, as a careless library does, and waits until they have ended. Resolves with
 * the zombies that stay.
 */
export async function zombiesAfterOrphans(
  container: Container,
  isolated: boolean,
): Promise<readonly number[]> {
  const marker = `0.2${process.pid}`;
  const makeOrphans = `for i in $(seq ${orphanCount}); do (sleep ${marker} &); done`;
  // Where there is no namespace to enter, the processes below the init made some of their own when they started.
  if (isolated) await enter(container.init, ['sh', '-c', makeOrphans]);
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
