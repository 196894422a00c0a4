import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLogFile, type SinkSource } from '../../src/output/log-file.ts';

/** Each chunk comes from the first source, or from the one that it names; no text is the end of that. */
async function written(
  chunks: readonly (string | readonly [source: number, text?: string])[],
  { maxBytes, maxFiles }: { maxBytes: number; maxFiles: number },
): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'log-file-'));
  try {
    const path = join(directory, 'app.log');
    const fails = (why: string): void => {
      throw new Error(why);
    };
    const sink = openLogFile({ path, maxBytes, maxFiles }, fails, fails);
    const sources = new Map<number, SinkSource>();
    const write = async (number: number, text?: string): Promise<void> => {
      const source = sources.get(number) ?? sink.from();
      sources.set(number, source);
      if (text === undefined) source.end();
      else await source.write(Buffer.from(text));
    };
    // In the order of the calls, whether they are awaited or not.
    await Promise.all(
      chunks.map((chunk) => (typeof chunk === 'string' ? write(0, chunk) : write(...chunk))),
    );
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
    [
      'a line of another source is not torn',
      [
        [0, 'out-AAA'],
        [1, 'err\n'],
        [0, 'BBB\n'],
        [1, 'next\n'],
      ],
      10,
      ['out-AAAerr\nBBB\n', 'next\n'],
    ],
    [
      'a line of another source that never ends is waited for up to twice the size',
      [[0, '? '], ...Array.from({ length: 6 }, () => [1, 'line\n'] as const)],
      10,
      ['? line\nline\nline\n', 'line\nline\n', 'line\n'],
    ],
    [
      'the last line of a source that has ended needs no newline',
      [[0, 'half'], [0], [1, 'aaa\n'], [1, 'bbb\n']],
      8,
      ['halfaaa\n', 'bbb\n'],
    ],
    ['many files from one chunk', ['a\nb\nc\nd\n'], 2, ['a\n', 'b\n', 'c\n', 'd\n']],
  ] as const)('%s', async (_, chunks, maxBytes, files) => {
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

describe('a log file that somebody else touches', () => {
  const open = () => {
    const directory = mkdtempSync(join(tmpdir(), 'log-file-'));
    const path = join(directory, 'app.log');
    const notRotated: string[] = [];
    const source = openLogFile(
      { path, maxBytes: 4, maxFiles: 2 },
      (why) => {
        throw new Error(why);
      },
      (why) => notRotated.push(why),
    ).from();
    return {
      path,
      notRotated,
      write: (text: string) => source.write(Buffer.from(text)),
      [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
    };
  };

  it('is opened again when it was deleted or moved', async () => {
    using file = open();
    await file.write('a\n');
    rmSync(file.path);
    await file.write('b\n');
    expect(readFileSync(file.path, 'utf8')).toBe('b\n');
    renameSync(file.path, `${file.path}.moved`);
    await file.write('c\n');
    expect(readFileSync(file.path, 'utf8')).toBe('c\n');
    expect(readFileSync(`${file.path}.moved`, 'utf8')).toBe('b\n');
  });

  it('loses no older one at a rotation that finds no file to move', async () => {
    using file = open();
    for (const line of ['old\n', 'mid\n', 'now\n']) await file.write(line);
    rmSync(file.path);
    await file.write('new\n');
    expect(file.notRotated).toEqual([]);
    expect(readFileSync(`${file.path}.2`, 'utf8')).toBe('old\n');
    expect(readFileSync(`${file.path}.1`, 'utf8')).toBe('mid\n');
  });
});
