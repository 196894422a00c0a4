export type Level = 'info' | 'warn' | 'error';

/** What a machine reads; an event has the same names for the same things everywhere. */
export type Fields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Tells one event; a message of several lines is still one event. */
export type Log = (level: Level, message: string, fields?: Fields) => void;
