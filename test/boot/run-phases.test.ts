import { expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { image } from '../harness/image.ts';

it('run-phases as PID 1 puts pid1 above itself too', async () => {
  using root = image({
    'twenty-init.config.json': {
      phases: { migrate: { command: ['cat', '/proc/1/comm'] }, 'exec-app': { command: ['true'] } },
    },
  });
  await using container = await runAsInit(root.commandLine(['run-phases']), { cwd: root.root });
  expect(await container.exited).toBe(0);
  expect(container.stdout()).toBe('pid1\n');
});
