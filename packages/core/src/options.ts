import { OptionError } from './errors.ts';

/** What a value has to be. */
export interface Check {
  readonly expected: string;
  /** A text that is not right stands in the error; by default it does not, because it may be a secret. */
  readonly shown?: boolean;
  accepts(value: unknown): boolean;
}

/** For each option its check: one that has none does not compile. */
export type Checks<Options> = { readonly [Name in keyof Required<Options>]: Check };

/** Throws an `OptionError` for an option that does not exist, and for a value that is none. */
export function checkOptions<Options extends object>(
  what: string,
  options: Options,
  checks: Checks<Options>,
): void {
  checkValue(`the options of ${what}`, options, object);
  const known: Readonly<Record<string, Check>> = checks;
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (check === undefined) throw unknownOption(what, name, known);
    if (value !== undefined) checkValue(`${name} of ${what}`, value, check, name);
  }
}

/** Throws an `OptionError` for a value that is none. */
export function checkValue(
  what: string,
  value: unknown,
  check: Check,
  option: string = what,
): void {
  if (!check.accepts(value))
    throw new OptionError(
      option,
      `Expected ${what} to be ${check.expected}, got ${shown(value, check)}`,
    );
}

/** Of a program and its arguments, which are never shown: a command line may hold a secret. */
export function checkCommandLine(what: string, command: unknown, args: unknown): void {
  checkValue(`the command of ${what}`, command, text, 'command');
  checkValue(`the arguments of ${what}`, args, texts, 'args');
}

function unknownOption(
  what: string,
  name: string,
  known: Readonly<Record<string, Check>>,
): OptionError {
  const names = Object.keys(known).filter((other) => known[other] !== internal);
  return new OptionError(name, `${what} has no option ${name}; it takes ${names.join(', ')}`);
}

function shown(value: unknown, check: Check): string {
  switch (typeof value) {
    case 'string':
      return check.shown === true ? `"${value}"` : 'a string';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object';
    case 'function':
      return 'a function';
    default:
      return String(value);
  }
}

export const text: Check = { expected: 'a string', accepts: (value) => typeof value === 'string' };

export const flag: Check = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export const callback: Check = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};

export const object: Check = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Infinity is one. */
export const duration: Check = {
  expected: 'a number of ms from 0 on',
  accepts: (value) => typeof value === 'number' && value >= 0,
  shown: true,
};

/** Infinity is one. */
export const count: Check = {
  expected: 'a whole number from 0 on',
  accepts: (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 0),
  shown: true,
};

export const aPid: Check = {
  expected: 'the number of a process',
  accepts: (value) => Number.isInteger(value) && Number(value) > 0,
};

/** Of a process. What is undefined is not there. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const environment: Check = {
  expected: 'an object of strings',
  accepts: (value) =>
    object.accepts(value) &&
    Object.values(value as object).every((each) => each === undefined || text.accepts(each)),
};

export const texts: Check = {
  expected: 'a list of strings',
  accepts: (value) => Array.isArray(value) && value.every(text.accepts),
};

/** For this package's own use, and no part of what it promises. */
export const internal: Check = { expected: '', accepts: () => true };

export function choice(...values: readonly string[]): Check {
  const last = values.length - 1;
  return {
    expected: `${values.slice(0, last).join(', ')} or ${values[last]}`,
    accepts: (value) => values.some((each) => each === value),
    shown: true,
  };
}
