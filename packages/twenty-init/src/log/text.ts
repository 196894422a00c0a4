import type { Level, Log } from './log.ts';
import type { Mask } from './mask.ts';

export interface TextLogOptions {
  readonly writeLine: (line: string) => void;
  readonly now: () => number;
  readonly mask: Mask;
  readonly colors?: boolean;
}

/** `2026-11-24T10:24:01.123Z warn  message`; further lines are indented. */
export function textLog({ writeLine, now, mask, colors = false }: TextLogOptions): Log {
  return (level, message) => {
    const time = new Date(now()).toISOString();
    const text = mask(message).replaceAll('\n', '\n  ');
    if (!colors) return writeLine(`${time} ${level.padEnd(5)} ${text}`);
    writeLine(`${dim(time)} ${colorOf[level](level.padEnd(5))} ${text}`);
  };
}

/** On a terminal, unless https://no-color.org says otherwise. */
export function wantsColors(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;
const colorOf: Record<Level, (text: string) => string> = {
  info: (text) => `\u001b[32m${text}\u001b[39m`,
  warn: (text) => `\u001b[33m${text}\u001b[39m`,
  error: (text) => `\u001b[31m${text}\u001b[39m`,
};
