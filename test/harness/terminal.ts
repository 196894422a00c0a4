import { spawn } from 'node:child_process';
import { type RunOptions, shellCode } from './container.ts';
import { fixture } from './fixture.ts';
import { descendantsOf, type Process } from './proc.ts';

/** A program that leads the session of a terminal of its own. */
export interface Terminal {
  /** Types it; `\r` is the enter key, `\x03` is Ctrl-C, `\x1a` is Ctrl-Z. */
  type(keys: string): void;
  /** What it shows that no earlier call has seen, as soon as it matches. Rejects when the program ends without. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** All that it has shown. */
  screen(): string;
  hangUp(): void;
  /** The program first. */
  processes(): Process[];
  readonly exited: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

const plainEnv = { PATH: process.env.PATH, TERM: 'dumb', PS1: '$ ', HISTFILE: '/dev/null' };

export function openTerminal(
  argv: readonly string[],
  { cwd, env = plainEnv }: RunOptions = {},
): Terminal {
  const child = spawn(fixture('terminal'), argv, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  let screen = '';
  let seen = 0;
  let ended = false;
  let changed = (): void => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    changed();
  });
  // What is typed after the end goes nowhere.
  child.stdin.on('error', () => {});
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ended = true;
      changed();
      resolve(shellCode(code, signal));
    });
  });
  const below = (): Process[] => descendantsOf(child.pid ?? 0).slice(1);
  return {
    type: (keys) => child.stdin.write(keys),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        changed = () => {
          const match = pattern.exec(screen.slice(seen));
          if (match === null) {
            if (ended) reject(new Error(`${pattern} was not shown:\n${screen}`));
            return;
          }
          changed = () => {};
          seen += match.index + match[0].length;
          resolve(match);
        };
        changed();
      }),
    screen: () => screen,
    hangUp: () => child.stdin.end(),
    processes: below,
    exited,
    [Symbol.asyncDispose]: async () => {
      for (const { pid } of [...below(), { pid: child.pid ?? 0 }].reverse())
        if (!ended) killIfThere(pid);
      await exited;
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
