import { type IPty, spawn } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { program } from './program.ts';

const host = `${process.execPath} ${program('foreground.mjs')}`;

/** A program on a terminal of its own, and what it shows. */
function onTerminal(command: string, args: string[]) {
  const terminal: IPty = spawn(command, args, { env: { ...process.env, PS1: 'prompt> ' } });
  let shown = '';
  let look = (): void => {};
  terminal.onData((text) => {
    shown += text;
    look();
  });
  const exited = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode }) => resolve(exitCode)),
  );
  return {
    type: (text: string) => terminal.write(text),
    /** What is shown after what was seen before. */
    seen: (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        look = () => {
          const match = pattern.exec(shown);
          if (match === null) return;
          shown = shown.slice(match.index + match[0].length);
          look = () => {};
          resolve();
        };
        exited.then(() => reject(new Error(`${pattern} never came: ${shown}`)));
        look();
      }),
    exited,
    [Symbol.dispose]: () => terminal.kill('SIGKILL'),
  };
}

describe('spawnChild with foreground', () => {
  it('gives the child the terminal, and takes it back at the end', async () => {
    using terminal = onTerminal('sh', ['-c', `${host}; exit $?`]);
    await terminal.seen(/type a line/);
    terminal.type('hello\r');
    await terminal.seen(/got <hello>/);
    await terminal.seen(/exit code 5, terminal is back/);
    expect(await terminal.exited).toBe(0);
  });

  it('^C reaches the child alone', async () => {
    using terminal = onTerminal('sh', ['-c', `${host}; exit $?`]);
    await terminal.seen(/type a line/);
    terminal.type('\x03');
    await terminal.seen(/exit code 130, terminal is back/);
  });

  it('^Z stops the host too, and fg continues both', async () => {
    using terminal = onTerminal('bash', ['--norc', '--noprofile', '-i']);
    await terminal.seen(/prompt> /);
    terminal.type(`${host}\r`);
    await terminal.seen(/type a line/);
    terminal.type('\x1a');
    await terminal.seen(/Stopped/);
    terminal.type('fg\r');
    await terminal.seen(/foreground\.mjs/);
    terminal.type('again\r');
    await terminal.seen(/got <again>/);
    await terminal.seen(/exit code 5, terminal is back/);
    await terminal.seen(/prompt> /);
    terminal.type('exit\r');
    await terminal.exited;
  });
});
