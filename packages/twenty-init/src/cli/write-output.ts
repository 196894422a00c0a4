import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { StartError } from '../start-error.ts';

/** Writes a file that the user asked for. Throws `OUTPUT`. */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw cannotWrite(resolve(path), cause);
  }
}

export function cannotWrite(path: string, cause: unknown, hint = ''): StartError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new StartError('OUTPUT', `${path} cannot be written: ${code ?? message}${hint}`, {
    cause,
  });
}
