import { describe, expect, it } from 'vitest';
import { lineTail } from '../../src/output/tail.ts';

function lastLines(...chunks: readonly string[]): readonly string[] {
  const tail = lineTail();
  const write = tail.from();
  for (const chunk of chunks) write(Buffer.from(chunk));
  return tail.lines();
}

describe('a line that is too long', () => {
  const rest = ` ${'x'.repeat(100)}`.repeat(19);

  it.each([
    ['ended', '\n'],
    ['not ended', ''],
  ])('is not cut in a word: that could be a URL with a password (%s)', (_, end) => {
    const url = `postgres://me:${'hunter2'.repeat(20)}@db`;
    expect(lastLines(`${'x'.repeat(5000)} ${url}${rest}${end}`)).toEqual([rest.trim()]);
  });

  it('of one word keeps its end', () => {
    expect(lastLines('x'.repeat(5000))).toEqual(['x'.repeat(2000)]);
  });
});
