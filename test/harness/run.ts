import { spawn } from 'node:child_process';
import { isolate, type RunOptions, shellCode } from './container.ts';

export interface Outcome {
  /** As a shell says it: 128+n for an end by signal n. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as PID 1 of a new PID namespace, to its end. */
export function outcomeAsInit(argv: readonly string[], options?: RunOptions): Promise<Outcome> {
  return outcome(['/usr/bin/unshare', ...isolate, ...argv], options);
}

/** Runs a program here, to its end. */
export function outcome(argv: readonly string[], options?: RunOptions): Promise<Outcome> {
  return startOutcome(argv, options).outcome;
}

/** The same, for those who look at it meanwhile. */
export function startOutcome(
  [program = '', ...args]: readonly string[],
  { cwd, env = process.env }: RunOptions = {},
): { readonly pid: number; readonly outcome: Promise<Outcome> } {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: shellCode(code, signal), ...text }));
  });
  return { pid: child.pid ?? 0, outcome };
}

/** Runs the tasks, some of them at a time, and keeps their order. */
export async function eachOf<T, R>(
  items: readonly T[],
  task: (item: T) => Promise<R>,
  atOnce = 4,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
