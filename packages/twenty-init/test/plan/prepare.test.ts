import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepare } from '../../src/plan/prepare.ts';

async function problemsOf(config: object, env: Record<string, string> = {}): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'prepare-'));
  const file = join(directory, 'twenty-init.config.json');
  try {
    writeFileSync(file, JSON.stringify(config));
    const prepared = await prepare({ config: file, cwd: directory, env });
    if (!('problems' in prepared)) throw new Error(prepared.type);
    return prepared.problems.map(({ where, what }) => `${where}: ${what}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const appOf = (...command: string[]) => ({ phases: { 'exec-app': { command } } });

it('a variable that is missing is told once, wherever it is read', async () => {
  const env = { required: ['URL'], fromFiles: ['JWT'] };
  expect(
    await problemsOf({ env, ...appOf('x', '${URL}', '${JWT}') }, { JWT_FILE: '/nowhere' }),
  ).toEqual([
    'env.fromFiles: JWT_FILE: "/nowhere" cannot be read (ENOENT)',
    'env.required: URL is not set',
  ]);
});

it('a variable that is named like the file of another one hides neither of them', async () => {
  const env = { required: ['CA_FILE'] };
  expect(await problemsOf({ env, ...appOf('x', '${CA_FILE}', '${CA}') })).toEqual([
    'env.required: CA_FILE is not set',
    'phases.exec-app.command.2: ${CA} is not set; ${CA:-} would allow that',
  ]);
});
