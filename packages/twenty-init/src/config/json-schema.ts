import { durationPattern } from './duration.ts';
import { configShape } from './schema.ts';
import type { Key, Shape } from './shape.ts';

/** The config as JSON Schema (draft 2020-12), for editors; published as `twenty-init/schema.json`. */
export function jsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The config of twenty-init',
    ...schemaOf(configShape),
  };
}

function schemaOf(shape: Shape): object {
  switch (shape.kind) {
    case 'text':
      return {
        type: 'string',
        ...(shape.pattern === undefined ? {} : { pattern: patternOf(shape.pattern) }),
        description: shape.expected,
      };
    case 'duration':
      return {
        type: 'string',
        pattern: durationPattern.source,
        description: `a duration with a unit, such as "30s" or "1h30m"; at most ${shape.maximum}`,
      };
    case 'number':
      return {
        type: shape.whole ? 'integer' : 'number',
        minimum: shape.minimum,
        ...(shape.maximum === undefined ? {} : { maximum: shape.maximum }),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return {
        enum: shape.values,
        ...(shape.expected === undefined ? {} : { description: shape.expected }),
      };
    case 'command':
      return {
        type: 'array',
        items: { type: 'string' },
        prefixItems: [{ type: 'string', minLength: 1 }],
        minItems: 1,
        description: 'program and arguments; no shell',
      };
    case 'list':
      return {
        type: 'array',
        items: schemaOf(shape.of),
        ...(shape.notEmpty === true ? { minItems: 1 } : {}),
      };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(shape.of) };
    case 'object':
      return objectSchema(shape);
    case 'either':
      return { anyOf: shape.shapes.map(schemaOf), description: shape.expected };
    case 'function':
      return { not: {}, description: 'only in a TypeScript or JavaScript config' };
  }
}

function objectSchema({ keys, rest, exactlyOneOf }: Shape & { kind: 'object' }): object {
  const required = Object.keys(keys).filter((name) => keys[name]?.required === true);
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(keys).map(([name, key]) => [
        name,
        {
          ...(key.instead === undefined
            ? schemaOf(key.shape)
            : { anyOf: [schemaOf(key.shape), schemaOf(key.instead.shape)] }),
          ...(key.default === undefined ? {} : { default: key.default }),
        },
      ]),
    ),
    ...(required.length > 0 ? { required } : {}),
    ...(exactlyOneOf === undefined
      ? {}
      : { oneOf: exactlyOneOf.map((name) => ({ required: [name] })) }),
    ...conditions(keys),
    additionalProperties: rest === undefined ? false : schemaOf(rest),
  };
}

/** Which of its two shapes a key has. */
function conditions(keys: Readonly<Record<string, Key>>): object {
  const all = Object.entries(keys).flatMap(([name, { shape, instead }]) =>
    instead === undefined
      ? []
      : {
          if: { required: [instead.beside] },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: { required: [name], properties: { [name]: schemaOf(instead.shape) } },
          else: { properties: { [name]: schemaOf(shape) } },
        },
  );
  return all.length > 0 ? { allOf: all } : {};
}

/** JSON Schema has no flags; `.` with the flag `s` is any character. */
function patternOf(pattern: RegExp): string {
  return pattern.flags === 's' ? pattern.source.replaceAll('.', '[\\s\\S]') : pattern.source;
}
