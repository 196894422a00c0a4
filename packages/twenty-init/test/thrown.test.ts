import { expect, it } from 'vitest';
import { messageOf, stackOf } from '../src/thrown.ts';

it('what has no text, such as Object.create(null), is put into words too', () => {
  expect([messageOf(Object.create(null)), stackOf(Object.create(null))]).toEqual([
    '[object Object]',
    '[object Object]',
  ]);
});
