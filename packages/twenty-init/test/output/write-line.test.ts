import { beforeEach, describe, expect, it, vi } from 'vitest';

/** A pipe that takes so many bytes until somebody reads. */
const pipe = vi.hoisted(() => ({ room: 0, text: '' }));
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  writeSync: (_: number, bytes: Buffer, from: number): number => {
    if (pipe.room === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' });
    const piece = bytes.subarray(from, from + pipe.room);
    pipe.room -= piece.length;
    pipe.text += piece.toString();
    return piece.length;
  },
}));

describe('a line of ours', () => {
  let writeLine: (line: string) => void;
  const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');

  beforeEach(async () => {
    vi.resetModules();
    wait.mockClear();
    Object.assign(pipe, { room: 1000, text: '' });
    ({ writeLine } = await import('../../src/output/write-line.ts'));
  });

  it('waits for a reader that is slow', () => {
    pipe.room = 3;
    wait.mockImplementation(() => {
      pipe.room = 3;
      return 'timed-out';
    });
    writeLine('hello');
    expect(pipe.text).toBe('hello\n');
    wait.mockReturnValue('timed-out');
  });

  it('is given up when nobody reads, the next ones at once; then it is told how many', () => {
    pipe.room = 0;
    writeLine('one');
    const waits = wait.mock.calls.length;
    expect(waits).toBeGreaterThan(100);
    writeLine('two');
    writeLine('three');
    expect(wait.mock.calls).toHaveLength(waits);
    pipe.room = 1000;
    writeLine('four');
    writeLine('five');
    expect(pipe.text).toBe('[twenty-init: 3 lines lost here: nobody read]\nfour\nfive\n');
  });

  it('of which only a part was taken is ended before the next', () => {
    pipe.room = 3;
    writeLine('hello');
    pipe.room = 1000;
    writeLine('next');
    expect(pipe.text).toBe('hel\n[twenty-init: 1 lines lost here: nobody read]\nnext\n');
  });
});
