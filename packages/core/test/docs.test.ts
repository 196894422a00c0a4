import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reaperDefaults, restartDefaults, stopDefaults } from '../src/defaults.ts';

const read = (page: string): string =>
  readFileSync(join(import.meta.dirname, '../../..', page), 'utf8');

describe('each page of the library', () => {
  it.each([
    'packages/core/README.md',
    'docs/reap-zombies.md',
    'docs/run-a-server-and-a-worker.md',
    'docs/stop-a-whole-tree.md',
    'docs/become-another-program.md',
  ])('%s says how it is installed', (page) => {
    expect(read(page)).toContain('npm install @twenty-init/core\n');
  });
});

describe('the tables of the library', () => {
  const server = 'docs/run-a-server-and-a-worker.md';
  const cells = (page: string): string => read(page).replaceAll(/ +\|/g, ' |');

  it.each([
    ...Object.entries(reaperDefaults).map(([name, value]) => ['docs/reap-zombies.md', name, value]),
    ...Object.entries(restartDefaults).map(([name, value]) => [
      server,
      name === 'policy' ? 'restart' : `restart.${name}`,
      value,
    ]),
  ] as [string, string, unknown][])('%s: %s is %s', (page, option, value) => {
    expect(cells(page)).toContain(`| \`${option}\` | ${written(value)} |`);
  });

  it('a stop is SIGTERM, and 10 s', () => {
    const { signal, gracePeriodMs } = stopDefaults;
    expect(cells(server)).toContain(
      `| \`stopSignal\`, \`gracePeriodMs\` | ${written(signal)}, ${written(gracePeriodMs)} |`,
    );
  });
});

/** A comma from ten thousand on. */
function written(value: unknown): string {
  if (typeof value === 'string') return `\`${value}\``;
  return Number(value) >= 10_000 ? Number(value).toLocaleString('en-US') : String(value);
}
