import { describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

describe.each(nodes)('a stranger with the pid of a child that has ended, Node %s', (_, node) => {
  it.each([
    ['stop', []],
    ['group', [[], false]],
    ['fanOut', []],
  ])('gets nothing from %s', async (way, did) => {
    await using container = await runAsInit([node, program('pid-reuse.mjs'), way]);
    expect(await container.exited, container.stderr()).toBe(0);
    expect(JSON.parse(container.stdout())).toEqual({ did, strangersEnd: 'SIGUSR2' });
  });
});
