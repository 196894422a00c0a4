import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../src/config/read.ts';

const secret = 'hunter2-and-more';

async function messageFor(name: string, text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'read-'));
  try {
    writeFileSync(join(folder, name), text);
    return await loadConfigFile(join(folder, name)).then(
      () => 'was read',
      (error: Error) => error.message,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a config that cannot be parsed', () => {
  it.each([
    ['x.json', `{\n"DB_PASSWORD": ${secret}\n}`, 'Unexpected token'],
    ['x.json', `{"DB_PASSWORD": "${secret}" "b": 1}`, "Expected ','"],
    ['x.json', `{"DB_PASSWORD": "${secret}`, 'Unterminated string'],
    ['x.yaml', `env: { DB_PASSWORD: ${secret}, [ }\n`, 'Flow sequence'],
    ['x.yaml', `a: 1\nDB_PASSWORD: ${secret}\nDB_PASSWORD: x`, 'unique at line 3, column 1'],
    ['x.yaml', `DB_PASSWORD: *${secret}`, 'Unresolved alias'],
    ['x.yaml', `DB_PASSWORD: "a" "${secret}"`, 'Unexpected'],
  ])('quotes nothing of it (%s, %s)', async (name, text, says) => {
    const message = await messageFor(name, text);
    expect(message).toContain(says);
    expect(message).not.toContain('hunter2');
  });

  it('is told with its line', async () => {
    expect(await messageFor('x.json', '{\n\n"phases": nothing-like-it\n}')).toMatch(
      /line 3|position/,
    );
  });
});
