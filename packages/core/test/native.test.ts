import { describe, expect, it } from 'vitest';
import { fanOut, pid1Path, realSystem, type System } from '../src/index.ts';

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
    expect(() => pid1Path(riscv)).toThrow(missing);
  });

  it('what does not need it works', () => {
    fanOut([], { system: riscv }).close();
  });
});
