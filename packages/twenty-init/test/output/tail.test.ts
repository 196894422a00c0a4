import { expect, it } from 'vitest';
import { lineTail } from '../../src/output/tail.ts';

it('the last 20 lines are kept, the one that has no end yet too, and 2000 characters of each', () => {
  const tail = lineTail();
  const add = tail.from();
  for (let line = 1; line <= 25; line++) add(Buffer.from(`${line}\n`));
  expect(tail.lines()).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 6)));
  add(Buffer.from(`${'x'.repeat(2000)}y`));
  expect(tail.lines()).toHaveLength(20);
  expect(tail.lines().at(-1)).toBe(`${'x'.repeat(1999)}y`);
});
