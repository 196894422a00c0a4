import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Container, runAsInit } from '../harness/container.ts';
import { onlyPrograms } from '../harness/program-path.ts';
import { program } from './program.ts';

const kill = (how: string, path = process.env.PATH): Promise<Container> =>
  runAsInit(['/usr/bin/env', `PATH=${path}`, process.execPath, program('kill-tree.mjs'), how]);

describe('killTree', () => {
  it('leaves none of 500 processes that go on forking, some in other sessions, some stopped', async () => {
    await using container = await kill('killTree');
    await container.exited;
    const { before, ...rest } = JSON.parse(container.stdout());
    expect(before).toBeGreaterThan(500);
    expect(rest).toEqual({ left: 0, bystander: true });
  });
});

describe('in an image without ps', () => {
  it('killTree does the same', async () => {
    using programs = onlyPrograms('sh', 'sleep', 'setsid');
    await using container = await kill('killTree', programs.path);
    await container.exited;
    expect(JSON.parse(container.stdout())).toMatchObject({ left: 0, bystander: true });
  });

  it('tree-kill ends the program that calls it', async () => {
    using programs = onlyPrograms('sh', 'sleep', 'setsid');
    await using container = await kill('tree-kill', programs.path);
    expect(await container.exited).not.toBe(0);
    expect(container.stderr()).toContain('spawn ps ENOENT');
  });

  it('tree-kill kills the root alone where ps is that of BusyBox, and says that all is well', async () => {
    using programs = onlyPrograms('sh', 'sleep', 'setsid');
    const ps = join(programs.path, 'ps');
    writeFileSync(ps, '#!/bin/sh\necho "ps: unrecognized option: ppid" >&2\nexit 1\n');
    chmodSync(ps, 0o755);
    await using container = await kill('tree-kill', programs.path);
    expect(await container.exited).toBe(0);
    expect(JSON.parse(container.stdout()).left).toBeGreaterThan(400);
  });
});

describe('killAll as PID 1', () => {
  it.each([
    ['SIGKILL', 'true, 0 left\n'],
    ['SIGTERM', 'true, 1 left\n'],
  ])('%s reaches other sessions, orphans and what is stopped', async (signal, said) => {
    await using container = await runAsInit([process.execPath, program('kill-all.mjs'), signal]);
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout()).toBe(said);
  });
});
