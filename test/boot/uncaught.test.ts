import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Container } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';

const patient =
  '#!/bin/sh\ntrap "echo cleaned up; exit 0" TERM\necho up\nwhile :; do sleep 0.01; done\n';
const forever = 'await new Promise(() => {});';
/** Throws in the turn after the file `go` is there. */
const atGo = (what: string): string =>
  `{ const look = setInterval(() => { if (existsSync('go')) { clearInterval(look); ${what} } }, 5); }`;

const config = (phases: string, more = ''): Record<string, string> => ({
  'patient.sh': patient,
  'twenty-init.config.mjs': `import { existsSync } from 'node:fs';
    ${more}
    export default { phases: { ${phases} } };`,
});

/** What an operator reads: one stack, the exit code, and that what ran was stopped in order. */
async function endsInOrder(container: Container, stack: RegExp): Promise<string> {
  expect(await container.exited, container.stderr()).toBe(70);
  expect(container.stdout()).toContain('cleaned up');
  expect(container.stderr().match(new RegExp(stack, `${stack.flags}g`))).toHaveLength(1);
  return container.stderr();
}

async function go(root: Image, container: Container): Promise<void> {
  await container.seen(/^up$/m);
  writeFileSync(root.path('go'), '');
}

describe('an error in the code of a config that nobody catches', () => {
  describe.each(nodes)('on Node %s', (_, node) => {
    it.each([
      ['thrown', "throw new Error('late')"],
      ['rejected', "Promise.reject(new Error('late'))"],
      ['of a command that is not awaited', "exec(['sh', '-c', 'exit 9'])"],
    ])('%s, while the function runs, fails that phase', async (_, what) => {
      using root = image(
        config(`
          work: { async run({ exec }) { ${atGo(what)} ${forever} } },
          beside: { command: ['./patient.sh'], needs: [] },
          'exec-app': { command: ['echo', 'app'] }`),
      );
      await using container = await root.boot({ node });
      await go(root, container);
      const log = await endsInOrder(container, /^Error: /m);
      expect(log).toMatch(/work failed: .* \(uncaught error\); exec-app does not start/);
      expect(log).toMatch(/exit 70, by phase: work failed/);
      expect(container.stdout()).not.toContain('app');
    });

    it('when the phase is over ends a later one in order, and names the first', async () => {
      using root = image(
        config(`
          work: { run() { ${atGo("throw new Error('late')")} } },
          next: { command: ['./patient.sh'] },
          'exec-app': { command: ['echo', 'app'] }`),
      );
      await using container = await root.boot({ node });
      await go(root, container);
      const log = await endsInOrder(container, /uncaught error of work: Error: late\n/);
      expect(log).toMatch(/exit 70, by phase: uncaught error of work: late/);
      expect(container.stdout()).not.toContain('app');
    });
  });

  it('while the app runs stops it in order, and it is not started again', async () => {
    using root = image(
      config(`
        work: { run() { ${atGo("throw new Error('late')")} } },
        'exec-app': { command: ['./patient.sh'], restart: 'always' }`),
    );
    await using container = await root.boot();
    await go(root, container);
    const log = await endsInOrder(container, /Error: late\n/);
    expect(log).toMatch(/exit 70, by init: uncaught error of work: late/);
    expect(log).not.toContain('starts again');
  });

  it('outside of every function ends the boot too, and no function may finish', async () => {
    using root = image(
      config(
        `work: { onStop: 'defer', async run({ signal, log }) {
           await new Promise((resolve) => signal.addEventListener('abort', resolve));
           log('told to stop');
         } },
         beside: { command: ['./patient.sh'], needs: [] },
         'exec-app': { command: ['echo', 'app'] }`,
        atGo("throw new Error('late')"),
      ),
    );
    await using container = await root.boot();
    await go(root, container);
    const log = await endsInOrder(
      container,
      /uncaught error of the config or of twenty-init: Error: late\n/,
    );
    expect(log).toMatch(/exit 70, by init: uncaught error/);
    expect(container.stdout()).toContain('told to stop');
  });

  it('in a phase that may fail does not end the boot', async () => {
    using root = image(
      config(`
        work: { onFailure: 'warn', async run() {
          setTimeout(() => { throw new Error('late') });
          ${forever}
        } },
        'exec-app': { command: ['echo', 'app'] }`),
    );
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(container.stderr()).toMatch(/work +warned .* 70/);
    expect(container.stdout()).toBe('app\n');
  });

  it('in a post phase leaves the exit code to the app', async () => {
    using root = image({
      'twenty-init.config.mjs': `export default {
        phases: { 'exec-app': { command: ['sh', '-c', 'exit 5'] } },
        post: { report: { async run() { setTimeout(() => { throw new Error('late') }); ${forever} } } },
      };`,
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(5);
    expect(container.stderr()).toContain('report failed: late (uncaught error)');
  });
});
