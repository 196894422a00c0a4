import { expect, it } from 'vitest';
import { runAsSubreaper } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

it.each(nodes)('a Node %s hears of a Node app that it is ready', async (_, node) => {
  await using container = await runAsSubreaper([node, program('notify-fd.mjs')]);
  expect(await container.exited, container.stderr()).toBe(0);
  expect(JSON.parse(container.stdout())).toEqual(
    Object.fromEntries(
      [3, 4, 9].flatMap((fd) => [
        [`${fd} ready`, true],
        [`${fd} ends at once`, 'ready true, exit 5'],
        [`${fd} dies before`, 'exit 6, ready false'],
        [`${fd} closed`, false],
      ]),
    ),
  );
});
