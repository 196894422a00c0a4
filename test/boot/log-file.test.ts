import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { until } from '../harness/wait.ts';

/** Writes `COUNT` numbered lines of 100 bytes to stdout. */
const lines = `#!/usr/bin/env node
  const { writeSync } = require('node:fs');
  for (let at = 0; at < Number(process.env.COUNT); at += 100) {
    let text = '';
    for (let line = at; line < at + 100; line++) text += (line + ' ').padEnd(99, 'x') + '\\n';
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
  }
`;
const config = (file: object | string, command: readonly string[] = ['./lines.js']): object => ({
  log: { file },
  phases: { migrate: { command: ['echo', 'migrated'] }, 'exec-app': { command } },
});
const env = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more });

/** What is in the rotated files, oldest first, and in the file. */
function filesOf(directory: string): string[] {
  return readdirSync(directory)
    .sort((a, b) => Number(/\d+$/.exec(b)?.[0] ?? 0) - Number(/\d+$/.exec(a)?.[0] ?? 0))
    .map((name) => readFileSync(`${directory}/${name}`, 'utf8'));
}

describe('log.file', () => {
  it.each([
    ['a FIFO', 'mkfifo app.log'],
    ['a device', 'ln -s /dev/stdout app.log'],
  ])('that is %s is refused before anything runs', (_, make) => {
    using root = image({ 'twenty-init.config.json': config('app.log') });
    execFileSync('sh', ['-c', make], { cwd: root.root });
    const { code, stderr } = root.command(['run']);
    expect(code).toBe(78);
    expect(stderr).toMatch(/log\.file +".*app\.log" is not a regular file/);
  });

  it('has what phases and app write, byte for byte, and so has stdout; stdio and signals stay', async () => {
    using root = image({
      'log/': '',
      'app.sh':
        '#!/bin/sh\ntrap "echo shutting down >&2; exit 3" TERM\necho out; printf "half a line" >&2; echo up\nwhile :; do sleep 0.01; done\n',
      'twenty-init.config.json': config('log/app.log', ['./app.sh']),
    });
    await using container = await root.boot();
    await container.seen(/mode supervise: log\.file/);
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(3);
    expect(container.stdout()).toBe('migrated\nout\nup\n');
    expect(container.stderr()).toContain('half a line');
    const [file = ''] = filesOf(root.path('log'));
    expect(file).toMatch(/^migrated\nout\n/);
    expect(file).toContain('half a line');
    expect(file).toContain('shutting down\n');
  });

  it('is rotated between two lines, and loses none', async () => {
    using root = image({
      'log/': '',
      'lines.js': lines,
      'twenty-init.config.json': config({ path: 'log/app.log', maxSize: '64K', maxFiles: 100 }),
    });
    await using container = await root.boot({ env: env({ COUNT: '20000' }) });
    expect(await container.exited).toBe(0);
    const files = filesOf(root.path('log'));
    expect(files.length).toBeGreaterThan(25);
    for (const file of files) {
      expect(file.length).toBeLessThanOrEqual(64 * 1024);
      expect(file.endsWith('\n')).toBe(true);
    }
    expect(files.join('')).toBe(container.stdout());
    expect(container.stdout().split('\n')).toHaveLength(20_002);
  });

  it('on a full disk marks the gap; stdout loses nothing', async () => {
    using root = image({
      'log/': '',
      'lines.js': lines,
      'app.sh':
        '#!/bin/sh\nCOUNT=10000 ./lines.js\nrm log/filler\nCOUNT=100 ./lines.js\nuntil grep -q "bytes lost" log/app.log; do sleep 0.01; done\ncat log/app.log > copy\n',
      'twenty-init.config.json': config('log/app.log', ['./app.sh']),
    });
    const mount =
      'mount -t tmpfs -o size=256k none log && head -c 131072 /dev/zero > log/filler && exec "$@"';
    await using container = await root.boot({ wrapper: ['sh', '-c', mount, 'sh'] });
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout().length).toBe('migrated\n'.length + 10_100 * 100);
    expect(container.stderr()).toContain('app.log cannot be written (ENOSPC)');
    const file = readFileSync(root.path('copy'), 'utf8');
    const gap = /\n\[twenty-init: (\d+) bytes lost here: ENOSPC\]\n/.exec(file);
    expect(gap).not.toBeNull();
    const kept = file.slice(0, gap?.index ?? 0).length;
    // Up to the gap and after it: everything that was written is there or counted. The last lines may be on their way.
    expect(container.stdout().startsWith(file.slice(0, kept))).toBe(true);
    expect(Number(gap?.[1])).toBeGreaterThan(700_000);
  });

  it('on a full disk keeps the older files: an empty one pushes out none', async () => {
    using root = image({
      'log/': '',
      'app.sh': '#!/bin/sh\nseq 1 20000\ncat log/app.log.1 > copy\n',
      'twenty-init.config.json': config({ path: 'log/app.log', maxSize: '1K', maxFiles: 1 }, [
        './app.sh',
      ]),
    });
    const mount =
      'mount -t tmpfs -o size=16k none log && echo older > log/app.log.1 && head -c 12288 /dev/zero > log/filler && exec "$@"';
    await using container = await root.boot({ wrapper: ['sh', '-c', mount, 'sh'] });
    expect(await container.exited, container.stderr()).toBe(0);
    expect(readFileSync(root.path('copy'), 'utf8')).toBe('older\n');
    expect(container.stderr().match(/cannot be written \(ENOSPC\)/g)).toHaveLength(1);
  });

  it.each([
    [
      'whose next file cannot be made',
      'mount -t tmpfs -o nr_inodes=3 none log',
      /app\.log cannot be rotated \(ENOSPC\): it grows on/g,
    ],
    [
      'that is a mount of its own',
      'touch log/app.log other && mount --bind other log/app.log',
      /app\.log cannot be rotated \(EBUSY\): it grows on/g,
    ],
  ])('%s keeps its name and grows on, and that is told once', async (_, mount, told) => {
    using root = image({
      'log/': '',
      'lines.js': lines,
      'app.sh': '#!/bin/sh\nCOUNT=3000 ./lines.js\ncat $(ls log/* | sort -r) > copy\n',
      'twenty-init.config.json': config({ path: 'log/app.log', maxSize: '64K' }, ['./app.sh']),
    });
    await using container = await root.boot({
      wrapper: ['sh', '-c', `${mount} && exec "$@"`, 'sh'],
    });
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stderr().match(told)).toHaveLength(1);
    expect(container.stderr()).not.toContain('cannot be written');
  });

  it('loses nothing when the reader of stdout is gone', async () => {
    using root = image({
      'log/': '',
      'lines.js': lines,
      'twenty-init.config.json': config('log/app.log'),
    });
    await using container = await root.boot({
      env: env({ COUNT: '5000' }),
      wrapper: [
        'sh',
        '-c',
        '("$@"; echo $? > code) | head -c 1000 > /dev/null; until [ -s code ]; do :; done',
        'sh',
      ],
    });
    await container.exited;
    expect(readFileSync(root.path('code'), 'utf8')).toBe('0\n');
    expect(filesOf(root.path('log')).join('')).toHaveLength('migrated\n'.length + 5000 * 100);
  });

  it('is for the app what a slow reader is: back-pressure, and no memory', async () => {
    using root = image({
      'log/': '',
      'lines.js': lines,
      'app.sh': '#!/bin/sh\nCOUNT=200000 ./lines.js\necho done > finished\n',
      'twenty-init.config.json': config('log/app.log', ['./app.sh']),
    });
    // Nobody reads until there is a file; then everything comes.
    const slow = '"$@" | { until [ -e go ]; do sleep 0.01; done; cat; }';
    await using container = await root.boot({ wrapper: ['sh', '-c', slow, 'sh'] });
    await container.seen(/exec-app runs/);
    const sizes: number[] = [];
    await until('an output that stands still', () => {
      sizes.push(filesOf(root.path('log')).join('').length);
      const [before, last] = [sizes.at(-20), sizes.at(-1)];
      return before !== undefined && before === last && (last ?? 0) > 100;
    });
    // A pipe holds 64 KiB; two of them and a chunk are on their way, of 20 MB.
    expect(sizes.at(-1)).toBeLessThan(1_000_000);
    writeFileSync(root.path('go'), '');
    expect(await container.exited).toBe(0);
    expect(container.stdout().length).toBe('migrated\n'.length + 200_000 * 100);
  });

  it.each([
    [
      'a directory that is not there',
      'nowhere/app.log',
      /the directory ".*nowhere" does not exist/,
    ],
    ['a file that is a directory', 'log', /".*log" is a directory/],
    ['a file on a file system for reading', 'proc/version', /cannot be written to .*\(E/],
  ])('refuses %s', async (_, path, what) => {
    using root = image({
      'log/': '',
      'proc/': '',
      'twenty-init.config.json': config(path, ['true']),
    });
    const mount =
      'mount -t tmpfs none proc && touch proc/version && mount -o remount,bind,ro proc && exec "$@"';
    await using container = await root.boot({ wrapper: ['sh', '-c', mount, 'sh'] });
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toMatch(/log\.file +/);
    expect(container.stderr()).toMatch(what);
  });
});
