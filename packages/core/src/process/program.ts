import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { searchPath } from '../defaults.ts';
import { CoreError } from '../errors.ts';
import { type Checks, checkOptions, checkValue, text } from '../options.ts';

export interface FindProgramOptions {
  /** Absolute; where a relative command or PATH entry starts. */
  readonly cwd: string;
  /** As the PATH variable; unset means what execvp uses then. */
  readonly path?: string | undefined;
  /** What errors call the command, in place of `"command" (path)`; for one that may hold a secret. */
  readonly name?: string | undefined;
}

const checks: Checks<FindProgramOptions> = { cwd: text, path: text, name: text };

/**
 * The absolute path of a command, found as execvp finds it, or the reason why it cannot run.
 * Throws `COMMAND_NOT_FOUND` (also when its `#!` interpreter is missing) or `COMMAND_NOT_EXECUTABLE`.
 */
export function findProgram(command: string, options: FindProgramOptions): string {
  checkOptions('findProgram', options, checks);
  checkValue('the command of findProgram', command, text, 'command');
  const { cwd, path, name } = options;
  if (command === '') throw new CoreError('COMMAND_NOT_FOUND', 'the command is empty');
  if (command.includes('/')) {
    const file = resolve(cwd, command);
    const called = shown(command, file, name);
    const verdict = examine(file, called);
    if (verdict === 'absent')
      throw new CoreError('COMMAND_NOT_FOUND', `command ${called} does not exist`);
    if (verdict !== 'executable') throw verdict;
    return file;
  }
  const searched = path ?? searchPath;
  let refused: CoreError | undefined;
  for (const directory of searched.split(delimiter)) {
    const file = join(resolve(cwd, directory), command);
    const verdict = examine(file, shown(command, file, name));
    if (verdict === 'executable') return file;
    // As a shell: go on past a file that cannot run, and report it when nothing better comes.
    if (verdict !== 'absent') refused ??= verdict;
  }
  throw (
    refused ??
    new CoreError(
      'COMMAND_NOT_FOUND',
      `command ${commandName(command, name)} was not found in PATH (${searched})`,
    )
  );
}

/** What errors call a command, with the `name` of its options. */
export function commandName(command: string, name: string | undefined): string {
  return name ?? `"${command}"`;
}

function examine(file: string, called: string): 'executable' | 'absent' | CoreError {
  try {
    if (!statSync(file).isFile())
      return new CoreError('COMMAND_NOT_EXECUTABLE', `command ${called} is not a file`);
    accessSync(file, constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    return new CoreError(
      'COMMAND_NOT_EXECUTABLE',
      `command ${called} is not executable for this user (${code}): chmod +x it`,
      { cause: error },
    );
  }
  const interpreter = shebang(file);
  if (interpreter === undefined) return 'executable';
  try {
    accessSync(interpreter, constants.X_OK);
    return 'executable';
  } catch (cause) {
    const hint = interpreter.endsWith('\r') ? '; the file has Windows line ends (CRLF)' : '';
    return new CoreError(
      'COMMAND_NOT_FOUND',
      `command ${called} needs the interpreter "${interpreter.trimEnd()}" (its #! line), which cannot be run${hint}`,
      { cause },
    );
  }
}

function shown(command: string, file: string, name: string | undefined): string {
  if (name !== undefined) return name;
  return command === file ? `"${command}"` : `"${command}" (${file})`;
}

/** The interpreter that a script's first line names; undefined for a binary or an unreadable file. */
function shebang(file: string): string | undefined {
  let head: string;
  try {
    const fd = openSync(file, 'r');
    try {
      // The kernel reads BINPRM_BUF_SIZE bytes of the first line.
      const buffer = Buffer.alloc(256);
      head = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined; // executable but not readable is fine for a binary
  }
  const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(head)?.[1];
  return interpreter !== undefined && isAbsolute(interpreter) ? interpreter : undefined;
}
