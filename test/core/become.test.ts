import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'become-')));
afterAll(() => rmSync(folder, { recursive: true }));
const garbage = join(folder, 'garbage');
writeFileSync(garbage, 'no program\n');
chmodSync(garbage, 0o755);

describe.each(nodes)('become in Node %s', (_, node) => {
  /** What the program that it became wrote. */
  const become = async (options: object, ...argv: readonly string[]): Promise<string> => {
    const host = [node, program('become.mjs'), JSON.stringify(options), ...argv];
    await using container = await runAsSubreaper(host);
    expect(await container.exited, container.stderr()).toBe(0);
    return container.stdout();
  };

  it('gives the program every signal with its default action, none blocked', async () => {
    const status = await become({}, 'cat', '/proc/self/status');
    expect(status.match(/^Sig(Pnd|Blk|Ign|Cgt):\s*(\w+)$/gm)).toHaveLength(4);
    expect(status).toMatch(/^SigBlk:\s*0+$/m);
    expect(status).toMatch(/^SigIgn:\s*0+$/m);
    expect(status).toMatch(/^SigCgt:\s*0+$/m);
  });

  it('gives it descriptors that block', async () => {
    const flags = await become(
      {},
      'sh',
      '-c',
      'for fd in 0 1 2; do grep flags /proc/$$/fdinfo/$fd; done',
    );
    const octal = [...flags.matchAll(/flags:\s*(\d+)/g)].map(([, text]) =>
      Number.parseInt(text ?? '', 8),
    );
    expect(octal.map((bits) => bits & 0o4000)).toEqual([0, 0, 0]);
  });

  it('gives it the cwd and the environment, byte for byte, and its name', async () => {
    const env = { EMPTY: '', LINES: 'a\nb', UTF8: 'ü=€' };
    const PATH = process.env.PATH ?? '';
    expect(await become({ cwd: folder, env: { ...env, PATH } }, '/bin/pwd')).toBe(`${folder}\n`);
    expect(await become({ env: { ...env, PATH } }, 'env', '-0')).toBe(
      `EMPTY=\0LINES=a\nb\0UTF8=ü=€\0PATH=${PATH}\0`,
    );
    expect(await become({}, 'cat', '/proc/self/cmdline')).toBe('cat\0/proc/self/cmdline\0');
  });

  it('gives it the soft limit on open files that Node had raised', async () => {
    const host = `ulimit -Sn 300; ${node} ${program('become.mjs')} {} sh -c 'ulimit -Sn; ulimit -Hn'; exit $?`;
    await using container = await runAsSubreaper(['sh', '-c', `${host}`]);
    await container.exited;
    const [soft, hard] = container.stdout().trim().split('\n');
    expect(soft).toBe('300');
    expect(hard).not.toBe('300');
  });

  it.each([
    ['a missing command', 'COMMAND_NOT_FOUND', 'no-such-command', {}],
    ['a missing cwd', 'CWD_MISSING', 'true', { cwd: '/no/such' }],
    ['a NUL byte in the environment', 'SPAWN_FAILED', 'true', { env: { A: 'safe\0rest' } }],
    ['a file that the kernel does not take', 'COMMAND_NOT_EXECUTABLE', garbage, { cwd: folder }],
  ])('rejects for %s, and is the process that it was', async (_, code, command, options) => {
    expect(JSON.parse(await become(options, command))).toMatchObject({
      name: 'CoreError',
      code,
      message: expect.stringContaining(command === garbage ? 'no #! line' : ''),
      same: true,
      heard: 1,
      exe: true,
    });
  });

  it('works from a directory that has been deleted', async () => {
    const nowhere = [node, program('become-from-nowhere.mjs')];
    await using there = await runAsSubreaper([...nowhere, folder, '/bin/pwd']);
    expect(await there.exited, there.stderr()).toBe(0);
    expect(there.stdout()).toBe(`${folder}\n`);
    for (const [cwd, code] of [
      ['', 'CWD_MISSING'],
      [folder, 'COMMAND_NOT_EXECUTABLE'],
    ] as const) {
      await using failed = await runAsSubreaper([...nowhere, cwd, garbage]);
      expect(await failed.exited, failed.stderr()).toBe(0);
      expect(JSON.parse(failed.stdout())).toMatchObject({ name: 'CoreError', code });
    }
  });

  it('does not bring back, when it fails, a handler whose listener went meanwhile', async () => {
    const argv = [node, program('become-from-nowhere.mjs'), folder, garbage];
    await using container = await runAsSubreaper(argv);
    await container.exited;
    expect(JSON.parse(container.stdout())).toMatchObject({ deaf: false });
  });

  it('loses, when it fails, no exit of a child that ended meanwhile', async () => {
    await using container = await runAsSubreaper([node, program('become-child-ends.mjs')]);
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout()).toBe('CANCELED\nSIGKILL\n');
  });

  it('gives a Node that is inspected the port that this one had', async () => {
    const inspect = { ...process.env, NODE_OPTIONS: '--inspect=127.0.0.1:0' };
    const host = [node, program('become.mjs'), '{}', node, '-p', '"the next"'];
    await using container = await runAsInit(host, { env: inspect });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('the next\n');
    expect(container.stderr().match(/Debugger listening/g)).toHaveLength(2);
  });
});
