import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCwd, findProgram } from '../../src/index.ts';

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
  for (const directory of ['bin', 'later', 'bin/adirectory']) mkdirSync(file(directory));
  const write = (name: string, text: string, mode: number): void => {
    writeFileSync(file(name), text);
    chmodSync(file(name), mode);
  };
  write('bin/good', '#!/bin/sh\n', 0o755);
  write('later/good', '#!/bin/sh\n', 0o755);
  write('bin/plain', 'text', 0o644);
  write('later/plain', '#!/bin/sh\n', 0o755);
  write('bin/orphan', '#! /no/such/interpreter -x\n', 0o755);
  write('bin/windows', '#!/bin/sh\r\necho\r\n', 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('findProgram', () => {
  const find = (command: string): string =>
    findProgram(command, { cwd: folder, path: `${file('bin')}:${file('later')}` });

  it('takes the first executable file in PATH', () => {
    expect(find('good')).toBe(file('bin/good'));
  });

  it('finds nothing under an empty name, not even the directory', () => {
    expect(() => find('')).toThrow(expect.objectContaining({ code: 'COMMAND_NOT_FOUND' }));
  });

  it.each(['nosuchcommand', './nosuchcommand', './bin/plain', 'orphan'])(
    'calls %s what it is told to call it',
    (command) => {
      const path = file('bin');
      const find = (): string => findProgram(command, { cwd: folder, path, name: 'of DATABASE' });
      expect(find).toThrow(/^command of DATABASE /);
      expect(find).not.toThrow(new RegExp(command));
    },
  );

  it('goes past a file that is not executable, as a shell does', () => {
    expect(find('plain')).toBe(file('later/plain'));
  });

  it('resolves a command with a slash against the cwd, not PATH', () => {
    expect(find('./later/good')).toBe(file('later/good'));
  });

  it('takes relative and empty PATH entries from the cwd', () => {
    expect(findProgram('good', { cwd: folder, path: 'later' })).toBe(file('later/good'));
    expect(findProgram('good', { cwd: file('bin'), path: '' })).toBe(file('bin/good'));
  });

  it.each([
    ['nosuch', 'COMMAND_NOT_FOUND', 'was not found in PATH'],
    ['./nosuch', 'COMMAND_NOT_FOUND', 'does not exist'],
    ['./bin/adirectory', 'COMMAND_NOT_EXECUTABLE', 'is not a file'],
    ['./bin/plain', 'COMMAND_NOT_EXECUTABLE', 'chmod +x'],
    ['orphan', 'COMMAND_NOT_FOUND', 'needs the interpreter "/no/such/interpreter"'],
    ['windows', 'COMMAND_NOT_FOUND', 'Windows line ends'],
  ])('says of %s: %s', (command, code, message) => {
    expect(() => find(command)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('checkCwd', () => {
  it.each([
    ['nosuch', 'CWD_MISSING', 'does not exist'],
    ['bin/good/below', 'CWD_MISSING', 'does not exist'],
    ['bin/good', 'CWD_NOT_USABLE', 'is not a directory'],
  ])('says of %s: %s', (name, code, message) => {
    expect(() => checkCwd(file(name))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('accepts a directory', () => {
    expect(() => checkCwd(folder)).not.toThrow();
  });
});
