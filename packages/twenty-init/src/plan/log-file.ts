import { resolve } from 'node:path';
import type { FilledConfig } from '../config/filled-config.ts';
import type { Expansion } from './expand.ts';

export interface LogFile {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number;
  /** Rotated ones. */
  readonly maxFiles: number;
}

export function logFileOf(
  file: FilledConfig['log']['file'],
  cwd: string,
  { expand }: Expansion,
): LogFile | undefined {
  if (file === undefined) return undefined;
  return {
    path: resolve(cwd, expand(file.path, 'log.file')),
    maxBytes: bytes(file.maxSize),
    maxFiles: file.maxFiles,
  };
}

const unitBytes = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

function bytes(size: string): number {
  return Number(size.slice(0, -1)) * unitBytes[size.slice(-1) as keyof typeof unitBytes];
}
