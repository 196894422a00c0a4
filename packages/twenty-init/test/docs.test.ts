import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandNames, commands } from '../src/cli/commands.ts';
import { configShape } from '../src/config/schema.ts';
import type { Key, Shape } from '../src/config/shape.ts';
import { validate } from '../src/config/validate.ts';
import { exitCodes } from '../src/exit-codes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pages = [
  'README.md',
  'packages/core/README.md',
  'packages/twenty-init/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Each key with its path as the reference writes it. */
function keysOf(shape: Shape, path: string): [path: string, key: Key][] {
  switch (shape.kind) {
    case 'object':
      return [
        ...Object.entries(shape.keys).flatMap(([name, key]): [string, Key][] => {
          const at = path === '' ? name : `${path}.${name}`;
          return [[at, key], ...keysOf(key.shape, at)];
        }),
        ...(shape.rest === undefined ? [] : keysOf(shape.rest, `${path}.NAME`)),
      ];
    case 'list':
      return keysOf(shape.of, `${path}[]`);
    case 'either':
      return shape.shapes.flatMap((inner) => keysOf(inner, path));
    default:
      return [];
  }
}

describe('the reference of the config', () => {
  const rows = new Map(
    read('docs/config.md')
      .split('\n')
      .map((line) => line.split(/ *(?<!\\)\| */))
      .map(([, key = '', standard = '']) => [
        key.replaceAll('`', ''),
        standard.replaceAll('`', ''),
      ]),
  );
  // What a step has of a condition or of retry is told for the phase; objects without a row are told by their keys.
  const told = keysOf(configShape, '').filter(
    ([path, { shape }]) =>
      !/steps\[\]\.(skipIf|onlyIf|retry)\./.test(path) &&
      (rows.has(path) || shape.kind !== 'object'),
  );

  it.each(told)('has %s with its default', (path, { default: standard }) => {
    expect([...rows.keys()]).toContain(path);
    if (standard === undefined) return;
    const shown = typeof standard === 'object' ? JSON.stringify(standard) : String(standard);
    expect(rows.get(path)).toBe(shown);
  });

  it('has no key that there is not', () => {
    const known = new Set(keysOf(configShape, '').map(([path]) => path));
    const written = [...rows.keys()].filter((key) => /^(phases|env|log|post|shutdown)/.test(key));
    expect(written.filter((key) => !known.has(key))).toEqual([]);
  });
});

describe('the other pages', () => {
  it('have each of our own exit codes', () => {
    for (const code of Object.values(exitCodes))
      expect(read('docs/exit-codes.md')).toMatch(new RegExp(`\\| ${code} +\\|`));
  });

  it.each(commandNames)('have the command %s with its options', (name) => {
    const page = read('docs/cli.md');
    expect(page).toContain(`twenty-init ${name === 'run' ? '[run]' : name}`);
    for (const choice of Object.values(commands[name].options).flatMap(
      ({ choices = [] }) => choices,
    ))
      expect(page).toContain(choice);
  });

  const configs = pages.flatMap((page) =>
    [...read(page).matchAll(/```[jt]s\n([\s\S]*?)```/g)]
      .map(([, code = '']) => code)
      .filter((code) => code.includes('export default defineConfig('))
      .map((code): [string, string] => [page, code]),
  );

  it.each(configs)('show configs that are right: %s', (_, code) => {
    const body = code.replace(/^import .*$/gm, '').replace('export default', 'return');
    const config: unknown = new Function('defineConfig', body)((given: unknown) => given);
    expect(validate(config)).toEqual({ written: config, config: expect.anything() });
  });

  it.each(pages)('link to what is there: %s', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
    const broken = links.filter(
      (target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(page), target)),
    );
    expect(broken).toEqual([]);
  });
});
