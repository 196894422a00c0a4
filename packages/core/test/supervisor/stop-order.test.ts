import { expect, it } from 'vitest';
import { nextToStop } from '../../src/supervisor/stop-order.ts';

it('the last one that was started is stopped first', () => {
  const left = new Set(['database', 'server', 'worker']);
  const order: string[] = [];
  for (;;) {
    const next = nextToStop(['database', 'server', 'worker'], (each) => left.has(each));
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
  }
  expect(order).toEqual(['worker', 'server', 'database']);
});
