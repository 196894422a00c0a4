import { spawn } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CoreError, createReaper, setSubreaper } from '../../src/index.ts';
import { realSystem } from '../../src/system.ts';
import { warningsOf } from '../warnings.ts';

function isSubreaper(): boolean {
  const is = setSubreaper(true);
  setSubreaper(is);
  return is;
}

describe('createReaper', () => {
  it('refuses a grace that is no number', () => {
    expect(() => createReaper({ graceMs: Number.NaN })).toThrow(RangeError);
  });

  it('reaps an orphan as a subreaper, and reports how it ended', async () => {
    const orphans: object[] = [];
    let reaped = (): void => {};
    const done = new Promise<void>((resolve) => {
      reaped = resolve;
    });
    using reaper = createReaper({
      graceMs: 0,
      onReap: ({ pid: _, ...status }) => {
        orphans.push(status);
        reaped();
      },
    });
    const parent = spawn('sh', [
      '-c',
      '(sleep 0.05; kill -37 $(exec sh -c "echo \\$PPID")) & exit 3',
    ]);
    expect(await once(parent, 'exit')).toEqual([3, null]);
    await done;
    expect(orphans).toEqual([{ exitCode: 165, signal: 'SIGRTMIN+3', coreDumped: false }]);
    expect(reaper.reaped).toBe(1);
  });

  it('eleven at once warn of no leak', async () => {
    const warnings = await warningsOf(() => {
      const reapers = Array.from({ length: 11 }, () => createReaper());
      for (const reaper of reapers) reaper.close();
    });
    expect(warnings).toEqual([]);
  });

  it('is closed by its AbortSignal', () => {
    const before = process.listenerCount('SIGCHLD');
    const abort = new AbortController();
    createReaper({ signal: abort.signal });
    expect(process.listenerCount('SIGCHLD')).toBe(before + 1);
    abort.abort();
    expect(process.listenerCount('SIGCHLD')).toBe(before);
  });

  it('leaves no listener, no subscription and no adoption behind', () => {
    const installed = (): object => ({
      listeners: process.listenerCount('SIGCHLD'),
      subscribed: channel('child_process').hasSubscribers,
      subreaper: isSubreaper(),
    });
    const before = installed();
    const reaper = createReaper();
    expect(installed()).not.toEqual(before);
    reaper.close();
    expect(installed()).toEqual(before);
  });

  it.each(['in the order of their start', 'in reverse', 'twice each'])(
    'adopts until the last of two is closed, %s',
    (order) => {
      const before = isSubreaper();
      const reapers = [createReaper(), createReaper()];
      if (order === 'in reverse') reapers.reverse();
      const [first, last] = reapers;
      first?.close();
      if (order === 'twice each') first?.close();
      expect(isSubreaper()).toBe(true);
      last?.close();
      expect(isSubreaper()).toBe(before);
      if (order === 'twice each') {
        setSubreaper(true);
        last?.close();
        expect(isSubreaper()).toBe(true);
        setSubreaper(before);
      }
    },
  );

  it.each([
    ['UNSUPPORTED_PLATFORM', { platform: 'darwin' }],
    ['UNSUPPORTED_PLATFORM', { platform: 'win32' }],
    ['NOT_MAIN_THREAD', { isMainThread: false }],
    ['PROC_UNUSABLE', { pid: 1 }],
  ] as const)('is refused with %s', (code, override) => {
    const system = { ...realSystem, platform: 'linux', pid: process.pid, ...override } as const;
    expect(() => createReaper({ system })).toThrow(CoreError);
    expect(() => createReaper({ system })).toThrow(expect.objectContaining({ code }));
  });
});
