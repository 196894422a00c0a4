import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLogFile } from '../../src/real/log-file.ts';

async function written(
  chunks: readonly string[],
  { maxBytes, maxFiles }: { maxBytes: number; maxFiles: number },
): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'log-file-'));
  try {
    const path = join(directory, 'app.log');
    const sink = openLogFile({ path, maxBytes, maxFiles }, (why) => {
      throw new Error(why);
    });
    // In the order of the calls, whether they are awaited or not.
    await Promise.all(chunks.map((chunk) => sink.write(Buffer.from(chunk))));
    const names = readdirSync(directory).sort((a, b) => numberOf(b) - numberOf(a));
    return names.map((name) => readFileSync(join(directory, name), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}

describe('a log file', () => {
  it.each([
    ['everything fits', ['a\nb\n'], 10, ['a\nb\n']],
    ['the last line that fits ends a file', ['aa\nbb\ncc\n'], 7, ['aa\nbb\n', 'cc\n']],
    ['a line goes to the next file whole', ['aa\n', 'bbbbb\n'], 6, ['aa\n', 'bbbbb\n']],
    ['a line over two chunks is not torn', ['aa\nb', 'b\ncc\n'], 6, ['aa\nbb\n', 'cc\n']],
    [
      'a line longer than a file stays whole',
      ['a\n', 'bbbbbbbb', 'bb\n', 'c\n'],
      4,
      ['a\n', 'bbbbbbbbbb\n', 'c\n'],
    ],
    ['many files from one chunk', ['a\nb\nc\nd\n'], 2, ['a\n', 'b\n', 'c\n', 'd\n']],
  ])('%s', async (_, chunks, maxBytes, files) => {
    expect(await written(chunks, { maxBytes, maxFiles: 9 })).toEqual(files);
  });

  it('keeps so many rotated files and no more', async () => {
    const lines = Array.from({ length: 9 }, (_, at) => `${at}\n`);
    expect(await written(lines, { maxBytes: 2, maxFiles: 2 })).toEqual(['6\n', '7\n', '8\n']);
  });

  it('loses and tears no line, whatever the chunks', { timeout: 60_000 }, async () => {
    const chunk = fc
      .array(fc.constantFrom('a', 'b', '\n'), { maxLength: 12 })
      .map((at) => at.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 12 }),
        fc.integer({ min: 1, max: 20 }),
        async (chunks, maxBytes) => {
          const files = await written(chunks, { maxBytes, maxFiles: 200 });
          expect(files.join('')).toBe(chunks.join(''));
          for (const file of files.slice(0, -1)) expect(file.endsWith('\n')).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
