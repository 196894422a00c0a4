import { describe, expect, it } from 'vitest';
import { processTree } from '../../src/index.ts';
import { chain, fakeSystem } from '../fake-system.ts';

describe('processTree', () => {
  const processes = [
    { pid: 3, ppid: 2 },
    { pid: 2, ppid: 1, pgid: 2, sid: 2 },
    { pid: 4, ppid: 2, state: 'Z' },
    { pid: 9, ppid: 1 },
  ];

  it('is a process with what is below it, oldest first', () => {
    expect(processTree(2, { system: fakeSystem(processes) })).toMatchObject({
      pid: 2,
      command: 'a (b) c',
      sid: 2,
      children: [
        { pid: 3, ppid: 2, state: 'S', children: [] },
        { pid: 4, state: 'Z' },
      ],
    });
  });

  it('a chain of 20,000 overflows no stack', () => {
    let depth = 0;
    let below = processTree(1000, { system: fakeSystem(chain(20_000)) });
    for (; below !== undefined; below = below.children[0]) depth++;
    expect(depth).toBe(20_000);
  });

  it('is undefined for a pid that is not there', () => {
    expect(processTree(5, { system: fakeSystem(processes) })).toBeUndefined();
  });

  it('refuses a /proc of another PID namespace', () => {
    const system = fakeSystem(processes, { pid: 7 });
    expect(() => processTree(2, { system })).toThrow(
      expect.objectContaining({ code: 'PROC_UNUSABLE', message: expect.stringContaining('7') }),
    );
  });

  it.each(['darwin', 'win32'] as const)('says on %s that it needs Linux', (platform) => {
    expect(() => processTree(2, { system: fakeSystem([], { platform }) })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_PLATFORM' }),
    );
  });
});
