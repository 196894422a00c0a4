import { fstatSync } from 'node:fs';
import type { LogFormat } from '../config/config.ts';
import type { Log } from '../log/log.ts';
import type { Mask } from '../log/mask.ts';
import { textLog, wantsColors } from '../log/text.ts';
import { writeLine } from '../output/write-line.ts';
import type { System } from './system.ts';

/** Our own lines on stderr. */
export async function ownLog(format: LogFormat, mask: Mask, { now }: System): Promise<Log> {
  switch (format) {
    case 'json':
      return (await import('../log/json.ts')).jsonLog(writeLine, now, mask);
    case 'ecs':
      return (await import('../log/ecs.ts')).ecsLog(writeLine, now, mask);
    case 'text':
      return textLog({ writeLine, now, mask, colors: wantsColors(process.env, isTerminal(2)) });
  }
}

/** Without `node:tty`, whose import costs more than the question. */
function isTerminal(fd: number): boolean {
  try {
    const { rdev } = fstatSync(fd);
    const major = rdev >> 8;
    // Unix98 pseudo terminals, and those of a console.
    return (major >= 136 && major <= 143) || major === 4 || major === 5;
  } catch {
    return false;
  }
}
