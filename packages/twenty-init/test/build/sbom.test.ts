import { describe, expect, it } from 'vitest';
import { sbom } from '../../build/sbom.mjs';
import { app, bundle, installed } from './bundle.ts';

const packages = (): ReturnType<typeof bundle> =>
  bundle({
    'package.json': { ...app, dependencies: { '@a/a': '*' } },
    'index.js': "import { name } from '@a/a'; console.log(name);",
    ...installed('@a/a', { license: 'ISC' }),
  });

describe('the SBOM', () => {
  it('has the package itself, what it bundles, and who depends on whom', async () => {
    expect(sbom(await packages(), 'app')).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { 'bom-ref': 'pkg:npm/app@2.0.0', name: 'app', version: '2.0.0' } },
      components: [
        {
          'bom-ref': 'pkg:npm/%40a/a@1.0.0',
          group: '@a',
          name: 'a',
          licenses: [{ license: { id: 'ISC' } }],
          purl: 'pkg:npm/%40a/a@1.0.0',
        },
      ],
      dependencies: [
        { ref: 'pkg:npm/%40a/a@1.0.0', dependsOn: [] },
        { ref: 'pkg:npm/app@2.0.0', dependsOn: ['pkg:npm/%40a/a@1.0.0'] },
      ],
    });
  });

  it('is the same bytes wherever it is built', async () => {
    const [one, other] = await Promise.all([packages(), packages()]);
    expect(one.map(({ folder }) => folder)).not.toEqual(other.map(({ folder }) => folder));
    expect(JSON.stringify(sbom(one, 'app'))).toBe(JSON.stringify(sbom(other, 'app')));
  });
});
