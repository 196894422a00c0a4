import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { validate } from '../../src/config/validate.ts';
import { bad, badBeyondSchema, good } from './corpus.ts';

const accepts = new Ajv2020({ strict: true, strictTuples: false, strictRequired: false }).compile(
  jsonSchema(),
);

describe('the JSON Schema', () => {
  it.each(good)('accepts %s, as the validator does', (_, config) => {
    expect(accepts(config), JSON.stringify(accepts.errors)).toBe(true);
  });

  it.each(bad)('refuses %s, as the validator does', (_, config) => {
    expect(accepts(config)).toBe(false);
  });

  it.each(badBeyondSchema)('cannot see %s', (_, config) => {
    expect(accepts(config)).toBe(true);
  });

  it('says the same as the validator when any value of a good config is replaced by anything', () => {
    const everyKey = good.find(([name]) => name === 'every key')?.[1];
    const paths = pathsIn(everyKey);
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, (path, value) => {
        const config = replaced(everyKey, path, value);
        const result = validate(config);
        // The rules beyond the shape look at a config only when its shape is right.
        const beyond = 'problems' in result && result.problems.every(({ kind }) => kind === 'rule');
        expect(accepts(config)).toBe('config' in result || beyond);
      }),
      { numRuns: 2000 },
    );
  });
});

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '30s',
    '',
    'warn',
    '/app',
    'never',
    'localhost:3000',
    0,
    1,
    1.5,
    -1,
    300,
  ),
  fc.constantFrom<unknown>(
    [],
    [''],
    ['x'],
    [['x']],
    {},
    null,
    true,
    { x: '1' },
    { policy: 'always' },
    { command: 'x' },
    { command: 'x', shell: 'sh' },
    { command: ['x'], shell: 'sh' },
    { shell: 'sh' },
  ),
);

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    pathsIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, at) => (at === key ? replaced(item, rest, by) : item));
  const entries = value as Record<string, unknown>;
  return { ...entries, [key]: replaced(entries[key], rest, by) };
}
