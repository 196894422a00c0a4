import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { fanOut, pid1Path } from '../src/index.ts';
import { loadAddon } from '../src/native.ts';
import { realSystem, type System } from '../src/system.ts';
import { readStat } from '../src/tree/stat.ts';

const riscv: System = {
  ...realSystem,
  platform: 'linux',
  pid: process.pid,
  arch: 'riscv64',
};

describe('on an architecture without a build', () => {
  it('what needs it says where it looked', () => {
    const missing = expect.objectContaining({
      code: 'NATIVE_MISSING',
      message: expect.stringContaining('linux-riscv64'),
    });
    expect(() => pid1Path({ system: riscv })).toThrow(missing);
  });

  it('what does not need it works', () => {
    fanOut([], { system: riscv }).close();
  });
});

describe('the time in ticks', () => {
  it('is on the clock, and in the unit, of the start times in /proc', async () => {
    const { bootTicks } = loadAddon();
    const before = bootTicks();
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const after = bootTicks();
    const startTime = readStat(child.pid as number, realSystem)?.startTime;
    child.stdin?.end();
    await once(child, 'exit');
    expect(startTime).toBeGreaterThanOrEqual(before);
    expect(startTime).toBeLessThanOrEqual(after);
  });
});
