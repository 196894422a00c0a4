import { describe, expect, it } from 'vitest';
import { exitStatus, isSignal, signalName, signalNumber } from '../../src/index.ts';

describe('signals', () => {
  it('have a name for every number that Linux uses, and back', () => {
    for (let number = 1; number <= 64; number++) {
      // The C library keeps the first two or three real-time signals for itself.
      if (number === 32 || number === 33) continue;
      expect(signalNumber(signalName(number))).toBe(number);
    }
  });

  it.each([
    [1, 'SIGHUP'],
    [6, 'SIGABRT'],
    [15, 'SIGTERM'],
    [29, 'SIGIO'],
    [31, 'SIGSYS'],
    [34, 'SIGRTMIN'],
    [37, 'SIGRTMIN+3'],
    [64, 'SIGRTMIN+30'],
  ] as const)('%i is %s', (number, name) => {
    expect(signalName(number)).toBe(name);
  });

  it.each(['TERM', 'SIGNOPE', 'SIGRTMIN+31', 'SIGRTMIN-1', '15', ''])('"%s" is none', (text) => {
    expect(isSignal(text)).toBe(false);
  });

  it.each([0, 32, 65, -1, 1.5])('%d is none', (number) => {
    expect(() => signalName(number)).toThrow(RangeError);
  });
});

describe('exitStatus', () => {
  it('gives what a shell gives', () => {
    expect(exitStatus(3, null)).toEqual({ exitCode: 3 });
    expect(exitStatus(null, 'SIGTERM')).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  });
});
