import { expect, it } from 'vitest';
import { nodes } from '../harness/nodes.ts';
import { outcome } from '../harness/run.ts';
import { program } from './program.ts';

it.each(nodes)('a Worker of Node %s starts a child, without a warning', async (_, node) => {
  expect(await outcome([node, program('spawn-in-worker.mjs')])).toMatchObject({
    code: 0,
    stdout: 'true out 5\n',
    stderr: '',
  });
});
