import { describe, expect, it } from 'vitest';
import { stoppable } from '../../src/run/step.ts';

describe('a stop', () => {
  it('that cannot be done is an error, and not a child that goes on', async () => {
    const stop = async () => {
      throw new RangeError('no such time');
    };
    const stopping = stoppable(Promise.resolve({ stop }), 1000);
    stopping.stop('SIGTERM');
    await expect(stopping.killed()).rejects.toThrow('no such time');
  });

  it('of what never started kills nothing', async () => {
    const stopping = stoppable(Promise.reject(new Error('not started')), 1000);
    stopping.stop('SIGTERM');
    expect(await stopping.killed()).toEqual([]);
  });
});
