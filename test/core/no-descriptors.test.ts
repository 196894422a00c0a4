import { describe, expect, it } from 'vitest';
import { runAsSubreaper } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

const emfile = expect.stringMatching(/^CoreError SPAWN_FAILED: .*EMFILE \(too many open files\)$/);

describe.each(nodes)('a Node %s without a free descriptor', (_, node) => {
  const host = (what: string): string[] => [
    'sh',
    '-c',
    `ulimit -n 64; exec ${node} ${program('no-descriptors.mjs')} ${what}`,
  ];

  it.each([
    ['that starts a child', 'inherit', [emfile]],
    ['that starts a child with pipes', 'pipe', [emfile, emfile, emfile, emfile]],
    ['that starts a child with notifyFd', 'notify', [emfile, emfile, emfile, emfile]],
  ])('%s gets an error, and goes on', async (_, what, result) => {
    await using container = await runAsSubreaper(host(what));
    expect(await container.exited, container.stderr()).toBe(0);
    expect(JSON.parse(container.stdout())).toEqual({ result, exitCode: 5, leaked: 0 });
  });

  it('reaps, when it has one again, the orphan that ended meanwhile', async () => {
    await using container = await runAsSubreaper(host('reaper'));
    expect(await container.exited, container.stderr()).toBe(0);
    expect(JSON.parse(container.stdout())).toEqual({ result: 1, exitCode: 5, leaked: 0 });
  });
});
