import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { houseFaults } from './house.ts';

describe('a house', () => {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['a value from a later room', { 'a/x.ts': "import { y } from '../b/y.ts';", 'b/y.ts': '' }],
    ['a type', { 'a/x.ts': "import type { Y } from '../b/y.ts';", 'b/y.ts': '' }],
    ['a lazy one', { 'a/x.ts': "await import('../b/y.ts');", 'b/y.ts': '' }],
    ['one for its effect', { 'a/x.ts': "import '../b/y.ts';", 'b/y.ts': '' }],
    ['one passed on', { 'a/x.ts': "export type { Y } from '../b/y.ts';", 'b/y.ts': '' }],
    ['one over several lines', { 'a/x.ts': "import {\n  y,\n} from '../b/y.ts';", 'b/y.ts': '' }],
  ])('is at fault for an import against the order: %s', (_, files) => {
    expect(faultsOf(files)).toEqual(['a/x.ts imports b/y.ts, which comes later']);
  });

  it('is at fault for a cycle, of types too', () => {
    const files = {
      'a/x.ts': "import type { Y } from './y.ts';",
      'a/y.ts': "import { z } from './z.ts';",
      'a/z.ts': "import { x } from './x.ts';",
      'b/y.ts': "import { x } from '../a/x.ts';",
    };
    expect(faultsOf(files)).toEqual([
      'a/x.ts imports a/y.ts imports a/z.ts imports a/x.ts is a cycle',
    ]);
  });

  it('is at fault for a file in no room, and for a room that is not there', () => {
    expect(faultsOf({ 'a/x.ts': '', 'c.ts': '' })).toEqual([
      'b is not there',
      'c.ts is in no room',
    ]);
  });

  function faultsOf(files: Record<string, string>): string[] {
    const src = mkdtempSync(join(folder, 'src-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(src, name)), { recursive: true });
      writeFileSync(join(src, name), text);
    }
    return houseFaults(src, ['a', 'b']);
  }
});
