import { spawn } from 'node:child_process';
import { isolate } from './container.ts';
import { fixture } from './fixture.ts';

/** Strings stand for bytes: one character, one byte. */
export interface Case {
  readonly argv: readonly string[];
  readonly env: readonly string[];
}

export interface Answer {
  /** The wait status; -1 when it did not end. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts one program, as a subreaper, again and again; see `test/fixtures/case-runner.c`. */
export interface CaseRunner {
  run(one: Case): Promise<Answer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startCaseRunner(program: string, cwd: string): CaseRunner {
  const child = spawn('unshare', [...isolate, fixture('case-runner'), program], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let received = Buffer.alloc(0);
  let settle: (answer: Answer) => void = () => {};
  child.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    settle(answer);
  });
  return {
    run: ({ argv, env }) =>
      new Promise((resolve, reject) => {
        settle = resolve;
        child.stdin.write(
          Buffer.concat([numbers(argv.length, env.length), ...[...argv, ...env].flatMap(bytes)]),
          (error) => error && reject(error),
        );
      }),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function bytes(text: string): Buffer[] {
  const content = Buffer.from(text, 'latin1');
  return [numbers(content.length), content];
}

function numbers(...values: readonly number[]): Buffer {
  return Buffer.from(Int32Array.from(values).buffer);
}

function readAnswer(buffer: Buffer): Answer | undefined {
  if (buffer.length < 8) return undefined;
  const errorsAt = 8 + buffer.readInt32LE(4);
  if (buffer.length < errorsAt + 4) return undefined;
  const end = errorsAt + 4 + buffer.readInt32LE(errorsAt);
  if (buffer.length < end) return undefined;
  return {
    status: buffer.readInt32LE(0),
    stdout: buffer.toString('latin1', 8, errorsAt),
    stderr: buffer.toString('latin1', errorsAt + 4, end),
  };
}
