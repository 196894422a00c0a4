import { describe, expect, it } from 'vitest';
import { thirdPartyLicenses } from '../../build/third-party-licenses.mjs';
import { app, bundle, installed } from './bundle.ts';

const withPackage = (files: Readonly<Record<string, string | object>>): ReturnType<typeof bundle> =>
  bundle({
    'package.json': app,
    'index.js': "import { name } from 'a'; console.log(name);",
    ...files,
  });

describe('the licences of others', () => {
  it('are there word for word, with the notice that Apache asks for', async () => {
    const packages = await withPackage({
      ...installed('a', { license: 'Apache-2.0' }),
      'node_modules/a/LICENSE': '\r\nPermission of A\r\n  is granted\r\n\r\n',
      'node_modules/a/NOTICE.txt': 'A contains B\n',
      'node_modules/a/license-check.js': '',
    });
    const line = '-'.repeat(80);
    expect(thirdPartyLicenses(packages)).toMatch(
      new RegExp(
        `\n\n${line}\na 1\\.0\\.0 \\(Apache-2\\.0\\)\n${line}\n\nPermission of A\n  is granted\n\nA contains B\n$`,
      ),
    );
  });

  it.each(['GPL-3.0-only', 'UNLICENSED', 'SEE LICENSE IN FILE', undefined])(
    'are no licence like %s',
    async (license) => {
      const packages = await withPackage(installed('a', { license }));
      expect(() => thirdPartyLicenses(packages)).toThrow(
        `a 1.0.0 is bundled, and its licence is ${license}: expected 0BSD, `,
      );
    },
  );

  it('may not lack', async () => {
    const { 'node_modules/a/LICENSE': _, ...files } = installed('a');
    const packages = await withPackage(files);
    expect(() => thirdPartyLicenses(packages)).toThrow(
      'a 1.0.0 is bundled, and has no file with its licence',
    );
  });
});
