import { describe, expect, it } from 'vitest';
import { runAsSubreaper } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

describe.each(nodes)(
  'the soft limit on open files, which Node %s raises for itself,',
  (_, node) => {
    it('is what it was for a child, and for one of a supervisor', async () => {
      const host = `ulimit -Sn 300; ulimit -Hn 5000; ${node} ${program('file-limit.mjs')}; exit $?`;
      await using container = await runAsSubreaper(['sh', '-c', host]);
      expect(await container.exited, container.stderr()).toBe(0);
      expect(container.stdout()).toBe('300 5000\n300 5000\n');
    });

    it('is not lowered where a user raised it', async () => {
      const raised = `ulimit -n 4000; exec ${node} ${program('file-limit.mjs')}`;
      const host = `ulimit -Sn 300; ulimit -Hn 5000; sh -c '${raised}'; exit $?`;
      await using container = await runAsSubreaper(['sh', '-c', host]);
      expect(await container.exited, container.stderr()).toBe(0);
      expect(container.stdout()).toBe('4000 4000\n4000 4000\n');
    });
  },
);
