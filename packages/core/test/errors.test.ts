import { describe, expect, it } from 'vitest';
import { CoreError } from '../src/errors.ts';

describe('CoreError', () => {
  it('takes an error of another copy of the package for one, and no other error', () => {
    const foreign = Object.assign(new Error('x'), { name: 'CoreError' });
    expect(foreign instanceof CoreError).toBe(true);
    for (const other of [new Error('x'), undefined, { name: 'CoreError' }])
      expect(other instanceof CoreError).toBe(false);
  });
});
