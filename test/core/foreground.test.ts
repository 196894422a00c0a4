import { describe, expect, it } from 'vitest';
import { openTerminal } from '../harness/terminal.ts';
import { program } from './program.ts';

const host = `${process.execPath} ${program('foreground.mjs')}`;

describe('spawnChild with foreground', () => {
  it('gives the child the terminal, and takes it back at the end', async () => {
    await using terminal = openTerminal(['sh', '-c', `${host}; exit $?`]);
    await terminal.shows(/type a line/);
    terminal.type('hello\r');
    await terminal.shows(/got <hello>/);
    await terminal.shows(/exit code 5, terminal is back/);
    expect(await terminal.exited).toBe(0);
  });

  it('lets ^C reach the child alone', async () => {
    await using terminal = openTerminal(['sh', '-c', `${host}; exit $?`]);
    await terminal.shows(/type a line/);
    terminal.type('\x03');
    await terminal.shows(/exit code 130, terminal is back/);
  });

  it('stops with the child at ^Z, and fg continues both', async () => {
    await using terminal = openTerminal(['bash', '--norc', '--noprofile', '-i']);
    await terminal.shows(/\$ /);
    terminal.type(`${host}\r`);
    await terminal.shows(/type a line/);
    terminal.type('\x1a');
    await terminal.shows(/Stopped.*\s+\$ /);
    terminal.type('fg\r');
    await terminal.shows(/foreground\.mjs/);
    terminal.type('again\r');
    await terminal.shows(/got <again>/);
    await terminal.shows(/exit code 5, terminal is back\s+\$ /);
  });
});
