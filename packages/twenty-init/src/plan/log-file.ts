import { resolve } from 'node:path';
import type { LogFileConfig } from '../config/config.ts';
import type { Expansion } from './expand.ts';

export interface LogFile {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number;
  /** Rotated ones. */
  readonly maxFiles: number;
}

export function logFileOf(
  file: string | LogFileConfig | undefined,
  cwd: string,
  { expand }: Expansion,
): LogFile | undefined {
  if (file === undefined) return undefined;
  const config: LogFileConfig = typeof file === 'string' ? { path: file } : file;
  return {
    path: resolve(cwd, expand(config.path, 'log.file')),
    maxBytes: bytes(config.maxSize ?? '10M'),
    maxFiles: config.maxFiles ?? 5,
  };
}

const unitBytes = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

function bytes(size: string): number {
  return Number(size.slice(0, -1)) * unitBytes[size.slice(-1) as keyof typeof unitBytes];
}
