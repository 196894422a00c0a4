import { afterAll, describe, expect, it, vi } from 'vitest';
import { CoreError } from '../src/errors.ts';

class Narrower extends CoreError {}

describe('CoreError', () => {
  afterAll(() => vi.resetModules());

  it('takes an error of another copy of the package for one', async () => {
    vi.resetModules();
    const copy = await import('../src/errors.ts');
    expect(copy.CoreError).not.toBe(CoreError);
    expect(new copy.CoreError('CANCELED', 'x') instanceof CoreError).toBe(true);
  });

  it('takes no other error for one, not even one of the same name', () => {
    const namesake = Object.assign(new Error('x'), { name: 'CoreError' });
    for (const other of [namesake, new Error('x'), undefined, { name: 'CoreError' }])
      expect(other instanceof CoreError).toBe(false);
  });

  it('is none of a class that extends it', () => {
    expect(new CoreError('CANCELED', 'x') instanceof Narrower).toBe(false);
    expect(new Narrower('CANCELED', 'x') instanceof Narrower).toBe(true);
    expect(new Narrower('CANCELED', 'x') instanceof CoreError).toBe(true);
  });
});
