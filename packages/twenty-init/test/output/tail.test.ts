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

it('the last 20 lines are kept, the one that has no end yet too, and 2000 characters of each', () => {
  const tail = lineTail();
  const add = tail.from();
  for (let line = 1; line <= 25; line++) add(Buffer.from(`${line}\n`));
  expect(tail.lines()).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 6)));
  add(Buffer.from(`${'x'.repeat(2000)}y`));
  expect(tail.lines()).toHaveLength(20);
  expect(tail.lines().at(-1)).toBe(`${'x'.repeat(1999)}y`);
});
