import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

describe.each(nodes)('fanOut in Node %s', (_, node) => {
  it('loses no SIGTERM that comes right after it', async () => {
    await using container = await runAsInit([node, program('early-term.mjs')]);
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('SIGTERM\n');
  });

  it.each([
    ['SIGUSR1', 'caught'],
    ['SIGPIPE', 'ignored'],
    ['SIGXFSZ', 'ignored'],
  ])('gives %s back to Node, whichever of two is closed first', async (signal, action) => {
    for (const first of ['first', 'last']) {
      const closed = [node, program('fan-out-closed.mjs'), signal, first];
      await using container = await runAsSubreaper(closed);
      expect(await container.exited, container.stderr()).toBe(0);
      expect(container.stdout()).toBe(`caught ${action}\n`);
    }
  });

  it('forwards SIGUSR1, which then opens no inspector; after close() it does again', async () => {
    await using container = await runAsSubreaper([
      node,
      '--inspect-port=127.0.0.1:0',
      program('fan-out.mjs'),
    ]);
    await container.seen(/listening/);
    container.kill('SIGUSR1');
    await container.seen(/usr1/);
    container.kill('SIGTERM');
    await container.seen(/closed, 42/);
    expect(container.stderr()).not.toContain('Debugger listening');
    container.kill('SIGUSR1');
    await container.seen(/Debugger listening/);
  });
});
