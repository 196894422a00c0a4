import { maskUrlPasswords } from './mask.ts';

export type Level = 'info' | 'warn' | 'error';

/** Tells one event; a message of several lines is still one event. */
export type Log = (level: Level, message: string) => void;

/** `2026-11-24T10:24:01.123Z warn  message`; further lines are indented. */
export function textLog(writeLine: (line: string) => void, now: () => number): Log {
  return (level, message) => {
    const time = new Date(now()).toISOString();
    writeLine(`${time} ${level.padEnd(5)} ${maskUrlPasswords(message).replaceAll('\n', '\n  ')}`);
  };
}
