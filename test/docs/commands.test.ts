import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { snippets } from './snippets.ts';

const { packageManager, scripts } = JSON.parse(
  readFileSync(join(testFolder(), '../package.json'), 'utf8'),
) as { packageManager: string; scripts: Record<string, string> };

/** What no test can run as it stands, and where it is tested. */
const elsewhere: readonly (readonly [line: RegExp, where: string])[] = [
  [/^npm create twenty-init/, 'test/create, by its bin: the package is not published here'],
  [/^npm install @twenty-init\/core$/, 'test/tarball/install.test.ts, by the tarball'],
  [/^docker inspect --format /, 'test/containers: what it shows of a HEALTHCHECK'],
  [/^docker run --init /, 'test/containers: an engine whose init-path is pid1'],
  [/^podman run --init /, 'test/pid1/drop-in.test.ts: it is started under that name'],
];

const lines = snippets
  .filter(({ language }) => language === 'sh')
  .flatMap(({ page, text }) =>
    text
      .split('\n')
      .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
      .filter((line) => line !== '')
      .map((line) => [page, line] as const),
  )
  .filter(([, line]) => !elsewhere.some(([pattern]) => pattern.test(line)));

// Both commands of README.md are run whole on a bare machine, by .ci/bare-machine.
it.each(lines.filter(([, line]) => line.startsWith('npx ')))('%s: %s', (_, line) => {
  const [, , manager, command = '', ...rest] = line.split(' ');
  expect(manager).toBe(packageManager);
  expect(Object.keys(scripts).concat('exec', 'install')).toContain(command);
  if (command !== 'exec') expect(rest).toEqual([]);
});

it.each(lines.filter(([, line]) => !line.startsWith('npx ')))('%s: %s', (_, line) => {
  using root = image({ 'docker-entrypoint.sh': '#!/bin/sh\nexec node server.js\n', 'bin/': '' });
  for (const command of line.split(' && ')) {
    const [program, ...args] = command
      .split(' ')
      .map((word) => word.replace('/usr/local/bin', `${root.root}/bin`));
    if (program === 'ln') continue;
    expect(program).toBe('twenty-init');
    expect(root.command(args)).toMatchObject({ code: 0 });
  }
});
