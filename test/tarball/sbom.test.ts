import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { testFolder } from '../harness/fixture.ts';
import { packed } from '../harness/pack.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
}

interface Sbom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const tarball = packed('twenty-init');
afterAll(() => tarball[Symbol.dispose]());
const text = tarball.read('sbom.cdx.json');
const { metadata, components, dependencies } = JSON.parse(text) as Sbom;
const licences = licenceTexts(tarball.read('THIRD-PARTY-LICENSES.txt'));
const lockFile = readFileSync(join(testFolder(), '../pnpm-lock.yaml'), 'utf8');
const nameOf = ({ group, name }: Component): string =>
  group === undefined ? name : `${group}/${name}`;
const others = components.filter((component) => nameOf(component) !== '@twenty-init/core');

describe('the SBOM', () => {
  it('is CycloneDX 1.6, by the schema of CycloneDX', () => {
    const isValid = cycloneDx();
    expect(isValid(JSON.parse(text)), JSON.stringify(isValid.errors)).toBe(true);
    // It knows the licences too.
    expect(isValid(JSON.parse(text.replace('"ISC"', '"ICS"')))).toBe(false);
  });

  it('is of this version of twenty-init, and has no time and no serial number', () => {
    const { version } = JSON.parse(tarball.read('package.json')) as { version: string };
    expect(metadata.component).toMatchObject({
      type: 'application',
      purl: `pkg:npm/twenty-init@${version}`,
    });
    expect(text).not.toMatch(/timestamp|serialNumber/);
  });

  it('lists the packages that are bundled', () => {
    expect(components.map(nameOf)).toEqual([
      '@twenty-init/core',
      'cross-spawn',
      'isexe',
      'path-key',
      'shebang-command',
      'shebang-regex',
      'tree-kill',
      'which',
      'yaml',
    ]);
  });

  it.each(others.map((component) => [nameOf(component), component] as const))(
    '%s: in the version of the lock file, with a licence',
    (name, { version, purl, licenses }) => {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(lockFile).toMatch(new RegExp(`^  '?${name}@${version}'?:$`, 'm'));
      expect(licenses).toHaveLength(1);
      expect(licences.get(`${name} ${version} (${licenses[0]?.license.id})`)).toMatch(
        /copyright[\s\S]*"AS IS"/i,
      );
    },
  );

  it('tells on what each depends: all come from twenty-init', () => {
    const references = [metadata.component, ...components].map((one) => one['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    const graph = new Map(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    expect([...graph.keys()].sort()).toEqual([...references].sort());
    const reached = new Set([metadata.component['bom-ref']]);
    for (const reference of reached)
      for (const dependency of graph.get(reference) ?? []) reached.add(dependency);
    expect([...reached].sort()).toEqual([...references].sort());
  });
});

describe('THIRD-PARTY-LICENSES.txt', () => {
  it('has the licences of these packages, and no other', () => {
    expect([...licences.keys()].map((title) => title.replace(/ .*/, ''))).toEqual(
      others.map(nameOf),
    );
  });
});

/** By their titles, which stand between two lines. */
function licenceTexts(text: string): ReadonlyMap<string, string> {
  const titleAndText = /(.+)\n-{80}\n([\s\S]*)/;
  const [, ...sections] = text.split(/^-{80}\n(?=\S)/m);
  return new Map(
    sections.map((section) => {
      const [, title = '', licence = ''] = titleAndText.exec(section) ?? [];
      return [title, licence];
    }),
  );
}

function cycloneDx(): ValidateFunction {
  const require = createRequire(import.meta.url);
  const library = dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));
  const schema = (file: string): AnySchemaObject =>
    JSON.parse(readFileSync(join(library, 'res/schema', file), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const file of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
    ajv.addSchema(schema(file), `http://cyclonedx.org/schema/${file}`);
  return ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
}
