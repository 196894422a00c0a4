/**
 * What a value of the config may be, as plain data. One description serves the validator (`validate.ts`), the
 * defaults (`with-defaults.ts`), the published JSON Schema (`json-schema.ts`) and the test of the reference page.
 */
export type Shape =
  | {
      readonly kind: 'text';
      /** What is asked for, in words. */
      readonly expected: string;
      readonly pattern?: RegExp;
    }
  /** With a unit, such as `30s` or `1h30m`. */
  | { readonly kind: 'duration'; readonly minimumMs: number; readonly maximum: string }
  | {
      readonly kind: 'number';
      readonly minimum: number;
      readonly maximum?: number;
      readonly whole: boolean;
    }
  | { readonly kind: 'boolean' }
  | {
      readonly kind: 'choice';
      readonly values: readonly (string | number)[];
      /** In words, where the values are too many to tell. */
      readonly expected?: string;
    }
  | { readonly kind: 'command' }
  | {
      readonly kind: 'list';
      readonly of: Shape;
      readonly expected: string;
      readonly notEmpty?: true;
    }
  | { readonly kind: 'map'; readonly of: Shape; readonly expected: string }
  | {
      readonly kind: 'object';
      readonly keys: Readonly<Record<string, Key>>;
      /** Any further key is one of these. Without it an unknown key is an error. */
      readonly rest?: Shape;
      readonly exactlyOneOf?: readonly string[];
      readonly expected?: string;
    }
  /** The first whose type fits. */
  | {
      readonly kind: 'either';
      readonly shapes: readonly Shape[];
      readonly expected: string;
      /** What is no object is short for one with that key alone. */
      readonly shortFor?: { readonly key: string; readonly shape: Shape };
    }
  /** Exists in TypeScript and JavaScript configs only. */
  | { readonly kind: 'function' };

export interface Key {
  readonly shape: Shape;
  readonly required?: true;
  /** Applies when the key is not written. */
  readonly default?:
    | string
    | number
    | boolean
    | readonly unknown[]
    | Readonly<Record<string, unknown>>;
  /** What it is in place of `shape` when the key `beside`, which needs this one, is written too. */
  readonly instead?: {
    readonly beside: string;
    readonly shape: Shape;
    /** Said of a value that only that shape would take. */
    readonly hint: string;
  };
}

export function object(
  keys: Readonly<Record<string, Key | Shape>>,
  more: { rest?: Shape; exactlyOneOf?: readonly string[]; expected?: string } = {},
): Shape {
  const entries = Object.entries(keys).map(([name, key]): [string, Key] => [
    name,
    'kind' in key ? { shape: key } : key,
  ]);
  return { kind: 'object', keys: Object.fromEntries(entries), ...more };
}

export function list(of: Shape, expected: string, more: { notEmpty?: true } = {}): Shape {
  return { kind: 'list', of, expected, ...more };
}

/** An object, or the value of one of its keys alone. */
export function orObject(short: Shape, key: string, shape: Shape, expected: string): Shape {
  return { kind: 'either', shapes: [short, shape], expected, shortFor: { key, shape } };
}

export function choice(...values: readonly (string | number)[]): Shape {
  return { kind: 'choice', values };
}

export function required(shape: Shape): Key {
  return { shape, required: true };
}

export function withDefault(shape: Shape, value: Key['default'] & {}): Key {
  return { shape, default: value };
}

export const text: Shape = { kind: 'text', expected: 'a string that is not empty', pattern: /./s };
export const anyText: Shape = { kind: 'text', expected: 'a string' };
/** A program and its arguments; see {@link Shape}. */
export const command: Shape = { kind: 'command' };
/** Node's timers take 2^31-1 ms, which is 24.8 days; they fire at once after anything longer. */
export const duration: Shape & { readonly kind: 'duration' } = {
  kind: 'duration',
  minimumMs: 0,
  maximum: '576h',
};
export const count: Shape = { kind: 'number', minimum: 1, whole: true };
export const environment: Shape = {
  kind: 'map',
  of: anyText,
  expected: 'an object of strings',
};

/** Whether it is meant when a value of that type is written. */
export function hasTypeOf(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'text':
    case 'duration':
      return typeof value === 'string';
    case 'number':
    case 'boolean':
    case 'function':
      return typeof value === shape.kind;
    case 'choice':
      return shape.values.some((candidate) => typeof candidate === typeof value);
    case 'command':
    case 'list':
      return Array.isArray(value);
    case 'map':
    case 'object':
      return isObject(value);
    case 'either':
      return shape.shapes.some((candidate) => hasTypeOf(candidate, value));
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
