import { closest } from './closest.ts';
import type { Config } from './config.ts';
import { durationMs, durationPattern } from './duration.ts';
import type { FilledConfig } from './filled-config.ts';
import type { Problem } from './problem.ts';
import { ruleProblems } from './rules.ts';
import { configShape } from './schema.ts';
import { hasTypeOf, isObject, type Key, type Shape } from './shape.ts';
import { withDefaults } from './with-defaults.ts';

export type Validated =
  | {
      /** Without keys that are undefined. */
      readonly written: Config;
      readonly config: FilledConfig;
    }
  | { readonly problems: readonly Problem[] };

/**
 * Checks a config against its shape and the rules beyond it, and fills its defaults in; finds every problem, not only
 * the first.
 */
export function validate(given: unknown): Validated {
  const input = withoutUndefined(given);
  const shapeProblems = check(configShape, input, '');
  if (shapeProblems.length > 0) return { problems: shapeProblems };
  // What a rule looks at has to have the right shape first.
  const written = input as Config;
  const problems = ruleProblems(written);
  return problems.length > 0 ? { problems } : { written, config: withDefaults(written) };
}

/** A key that was written with the value undefined was not written: a config in TypeScript may do that. */
function withoutUndefined(value: unknown, above: readonly unknown[] = []): unknown {
  if (above.includes(value)) return itself;
  const here = [...above, value];
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item, here));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item, here)]),
  );
}

/** In place of an object that is within itself, which only code can make. */
const itself = Symbol('itself');

/** What is wrong with one value; `where` is its path. */
export function check(shape: Shape, value: unknown, where: string): Problem[] {
  switch (shape.kind) {
    case 'text':
      if (typeof value !== 'string') return [unexpected(where, shape.expected, value)];
      return shape.pattern === undefined || shape.pattern.test(value)
        ? []
        : [unexpected(where, shape.expected, value)];
    case 'duration':
      return checkDuration(shape, value, where);
    case 'number':
      return typeof value === 'number' &&
        value >= shape.minimum &&
        value <= (shape.maximum ?? Number.POSITIVE_INFINITY) &&
        (!shape.whole || Number.isInteger(value))
        ? []
        : [unexpected(where, expectedOf(shape), value)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [unexpected(where, expectedOf(shape), value)];
    case 'choice':
      return (shape.values as readonly unknown[]).includes(value)
        ? []
        : [unexpected(where, expectedOf(shape), value)];
    case 'function':
      return typeof value === 'function' ? [] : [unexpected(where, expectedOf(shape), value)];
    case 'command':
      return checkCommand(value, where);
    case 'list':
      if (!Array.isArray(value)) return [unexpected(where, shape.expected, value)];
      if (shape.notEmpty === true && value.length === 0) return [wrong(where, 'must not be empty')];
      return value.flatMap((item, index) => check(shape.of, item, `${where}.${index}`));
    case 'map':
      if (!isObject(value)) return [unexpected(where, shape.expected, value)];
      return Object.entries(value).flatMap(([key, item]) => check(shape.of, item, at(where, key)));
    case 'object':
      return checkObject(shape, value, where);
    case 'either': {
      const fitting = shape.shapes.find((candidate) => hasTypeOf(candidate, value));
      return fitting === undefined
        ? [unexpected(where, shape.expected, value)]
        : check(fitting, value, where);
    }
  }
}

function checkDuration(
  shape: Shape & { kind: 'duration' },
  value: unknown,
  where: string,
): Problem[] {
  if (typeof value !== 'string' || !durationPattern.test(value))
    return [unexpected(where, expectedOf(shape), value)];
  const { minimumMs, maximum } = shape;
  const ms = durationMs(value);
  if (ms < minimumMs) return [unexpected(where, `at least ${minimumMs}ms`, value)];
  return ms <= durationMs(maximum) ? [] : [unexpected(where, `at most ${maximum}`, value)];
}

function checkCommand(value: unknown, where: string): Problem[] {
  if (!Array.isArray(value)) return [unexpected(where, expectedOf({ kind: 'command' }), value)];
  const words = value.flatMap((word, index) =>
    typeof word === 'string' ? [] : [unexpected(`${where}.${index}`, 'a string', word)],
  );
  if (words.length > 0) return words;
  return value.length > 0 && value[0] !== '' ? [] : [wrong(where, 'must name a program first')];
}

function checkObject(shape: Shape & { kind: 'object' }, value: unknown, where: string): Problem[] {
  if (!isObject(value)) return [unexpected(where, expectedOf(shape), value)];
  const problems = Object.entries(value).flatMap(([key, item]) => {
    // Not what every object has, such as toString.
    const known = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    if (known !== undefined) return checkKey(known, item, value, at(where, key));
    return shape.rest === undefined
      ? [unknownKey(shape.keys, key, at(where, key))]
      : check(shape.rest, item, at(where, key));
  });
  const missing = Object.entries(shape.keys)
    .filter(([key, { required }]) => required === true && value[key] === undefined)
    .map(([key]) => wrong(at(where, key), 'is missing'));
  return [
    ...problems,
    ...missing,
    ...aloneProblems(shape.keys, value, where),
    ...choiceProblems(shape.exactlyOneOf, value, where),
  ];
}

function checkKey(
  { shape, instead }: Key,
  item: unknown,
  siblings: Readonly<Record<string, unknown>>,
  where: string,
): Problem[] {
  if (instead === undefined) return check(shape, item, where);
  if (siblings[instead.beside] !== undefined) return check(instead.shape, item, where);
  return hasTypeOf(instead.shape, item)
    ? [unexpected(where, `${expectedOf(shape)}, or ${instead.hint}`, item)]
    : check(shape, item, where);
}

/** Keys that are written without the one that they change. */
function aloneProblems(
  keys: Readonly<Record<string, Key>>,
  value: Readonly<Record<string, unknown>>,
  where: string,
): Problem[] {
  return Object.entries(keys).flatMap(([name, { instead }]) =>
    instead === undefined || value[instead.beside] === undefined || value[name] !== undefined
      ? []
      : [wrong(at(where, instead.beside), `needs ${name} beside it`)],
  );
}

function choiceProblems(
  keys: readonly string[] | undefined,
  value: Readonly<Record<string, unknown>>,
  where: string,
): Problem[] {
  const written = keys?.filter((key) => value[key] !== undefined);
  if (keys === undefined || written === undefined || written.length === 1) return [];
  const found = written.length === 0 ? 'none of them' : written.join(' and ');
  return [wrong(where, `needs exactly one of ${keys.join(', ')}, has ${found}`)];
}

function unknownKey(keys: Readonly<Record<string, Key>>, key: string, where: string): Problem {
  const known = Object.keys(keys).filter((name) => name !== '$schema');
  const meant = closest(key, known);
  return wrong(
    where,
    `unknown key${meant === undefined ? `; known here: ${known.join(', ')}` : `, did you mean "${meant}"?`}`,
  );
}

function unexpected(where: string, expected: string, value: unknown): Problem {
  // Where variables belong it may be one of them, whatever it is called.
  const got = typeof value === 'string' && /(^|\.)env$/.test(where) ? 'a text' : shown(value);
  return wrong(where === '' ? 'the config' : where, `expected ${expected}, got ${got}`);
}

function wrong(where: string, what: string): Problem {
  return { kind: 'shape', where, what };
}

/** A long text may be a secret that was pasted in the wrong place: it is never shown whole. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (value === itself) return 'what it is a part of';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value.length <= 20 ? JSON.stringify(value) : 'another text';
    case 'number':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'nothing';
    default:
      return `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
  }
}

/** In words. */
function expectedOf(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
    case 'list':
    case 'map':
    case 'either':
      return shape.expected;
    case 'number':
      return `a${shape.whole ? ' whole' : ''} number ${rangeOf(shape)}`;
    case 'duration':
      return 'a duration with a unit, such as "30s" or "1h30m"';
    case 'boolean':
      return 'true or false';
    case 'choice': {
      if (shape.expected !== undefined) return shape.expected;
      const values = shape.values.map((value) => JSON.stringify(value));
      return values.length === 1
        ? String(values[0])
        : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
    }
    case 'command':
      return 'a list such as ["node", "server.js"] (no shell splits it)';
    case 'object':
      return shape.expected ?? 'an object';
    case 'function':
      return 'a function (in a TypeScript or JavaScript config)';
  }
}

function rangeOf({ minimum, maximum }: Shape & { kind: 'number' }): string {
  return maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
}

function at(where: string, key: string): string {
  return where === '' ? key : `${where}.${key}`;
}
