import { readFileSync, rmSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { image } from '../harness/image.ts';
import { packageCopy } from '../harness/package-copy.ts';

/** Appends to the file READS what this process reads: the path and how many bytes, a line each. */
const recorder = `
  const fs = require('node:fs');
  const { readFileSync, openSync, readSync, appendFileSync } = fs;
  const opened = new Map();
  let inside = false;
  const note = (path, bytes) => {
    inside = true;
    appendFileSync(process.env.READS, JSON.stringify([String(path), bytes]) + '\\n');
    inside = false;
  };
  fs.readFileSync = (path, ...rest) => {
    const content = readFileSync(path, ...rest);
    if (!inside) note(path, Buffer.byteLength(content));
    return content;
  };
  fs.openSync = (path, ...rest) => {
    const fd = openSync(path, ...rest);
    opened.set(fd, path);
    return fd;
  };
  fs.readSync = (fd, ...rest) => {
    const bytes = readSync(fd, ...rest);
    if (opened.has(fd)) note(opened.get(fd), bytes);
    return bytes;
  };
`;

/** The files of the program, and what it looks at to start two phases and the app. */
const everyBoot = [
  '/bin/true',
  '/proc/N/limits',
  '/proc/self/limits',
  'twenty-init.config.json',
  'twenty-init/bin/twenty-init.cjs',
  'twenty-init/dist/cli.cjs',
];

it.each([
  ['exec', everyBoot, 121_500],
  ['handoff', [...everyBoot, '/proc/N/stat'], 121_500],
] as const)(
  'a boot in mode %s reads these files, and no more bytes',
  async (mode, files, bytes) => {
    const command = ['/bin/true'];
    using root = image({
      'recorder.cjs': recorder,
      reads: '',
      'twenty-init.config.json': {
        phases: { migrate: { command }, register: { command }, 'exec-app': { command, mode } },
      },
    });
    const bin = packageCopy(root.path('twenty-init'));
    // As npm installs it.
    rmSync(root.path('twenty-init/dist/cli.cjs.compiled'), { force: true });
    const env = {
      ...process.env,
      READS: root.path('reads'),
      NODE_OPTIONS: `--require ${root.path('recorder.cjs')}`,
    };
    const argv = [pid1Path(), '--', process.execPath, bin, 'run'];
    await using container = await runAsInit(argv, { cwd: root.root, env });
    expect(await container.exited, container.stderr()).toBe(0);
    const reads = readFileSync(root.path('reads'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [path: string, bytes: number]);
    const paths = reads.map(([path]) => path.replace(`${root.root}/`, '').replace(/\d+/, 'N'));
    expect([...new Set(paths)].sort()).toEqual([...files].sort());
    expect(reads.reduce((sum, [, read]) => sum + read, 0)).toBeLessThanOrEqual(bytes);
  },
);
