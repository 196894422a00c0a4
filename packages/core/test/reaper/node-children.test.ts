import { spawn } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { watchNodeChildren } from '../../src/reaper/node-children.ts';

describe('watchNodeChildren', () => {
  it('knows a child from its start to its exit', async () => {
    const children = watchNodeChildren();
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const pid = child.pid as number;
    children.refresh();
    expect(children.has(pid)).toBe(true);
    child.kill();
    await once(child, 'exit');
    children.refresh();
    expect(children.has(pid)).toBe(false);
    children.close();
  });

  it('takes no harm from one that fails to start, and leaves its error to its owner', async () => {
    const children = watchNodeChildren();
    const child = spawn('/no/such/program');
    expect(child.listenerCount('error') + child.listenerCount('exit')).toBe(0);
    await once(child, 'error');
    expect(() => spawn('true', ['x'.repeat(3_000_000)])).toThrow('E2BIG');
    children.refresh();
    children.close();
  });

  it('unsubscribes', () => {
    const before = channel('child_process').hasSubscribers;
    const children = watchNodeChildren();
    expect(channel('child_process').hasSubscribers).toBe(true);
    children.close();
    expect(channel('child_process').hasSubscribers).toBe(before);
  });
});
