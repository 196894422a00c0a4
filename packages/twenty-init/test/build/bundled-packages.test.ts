import { describe, expect, it } from 'vitest';
import { app, bundle, installed } from './bundle.ts';

const titles = (packages: Awaited<ReturnType<typeof bundle>>): string[] =>
  packages.map(({ name, version }) => `${name} ${version}`);

describe('the packages that a bundle has code of', () => {
  it('are those that are used, sorted, whoever depends on them', async () => {
    const packages = await bundle({
      'package.json': { ...app, devDependencies: { b: '*', unused: '*' } },
      'index.js':
        "import { name } from 'b'; import { name as other } from 'unused'; console.log(name);",
      ...installed('@a/a'),
      ...installed('b', { dependencies: { '@a/a': '*' } }, "export { name } from '@a/a'; use();"),
      ...installed('b-more'),
      ...installed('unused'),
    });
    expect(titles(packages)).toEqual(['@a/a 1.0.0', 'app 2.0.0', 'b 1.0.0']);
    expect(packages.map(({ dependsOn }) => titles(dependsOn))).toEqual([
      [],
      ['b 1.0.0'],
      ['@a/a 1.0.0'],
    ]);
  });

  it('can be two versions of one, each for those who depend on it', async () => {
    const nested = Object.fromEntries(
      Object.entries(installed('a', { version: '2.0.0' })).map(([path, content]) => [
        `node_modules/b/${path}`,
        content,
      ]),
    );
    const use = "import { name } from 'a'; console.log(name); export const b = name;";
    const packages = await bundle({
      'package.json': { ...app, dependencies: { a: '*', b: '*' } },
      'index.js': `${use} import { b as other } from 'b'; console.log(other);`,
      ...installed('a'),
      ...installed('b', { dependencies: { a: '*' } }, use),
      ...nested,
    });
    expect(titles(packages)).toEqual(['a 1.0.0', 'a 2.0.0', 'app 2.0.0', 'b 1.0.0']);
    const dependsOn = new Map(packages.map((one) => [one.name, titles(one.dependsOn)]));
    expect(dependsOn.get('app')).toEqual(['a 1.0.0', 'b 1.0.0']);
    expect(dependsOn.get('b')).toEqual(['a 2.0.0']);
  });

  it('are found above a package.json without a name', async () => {
    const packages = await bundle({
      'package.json': app,
      'index.js': "import { name } from 'a'; console.log(name);",
      ...installed('a', { main: 'dist/index.js' }),
      'node_modules/a/dist/package.json': { type: 'module' },
      'node_modules/a/dist/index.js': "export const name = 'a';",
    });
    expect(titles(packages)).toEqual(['a 1.0.0', 'app 2.0.0']);
  });
});
