import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Image, image } from '../harness/image.ts';

const config = { phases: { 'exec-app': { command: ['true'] } } };

describe('a config that is there and cannot be reached', () => {
  it.each([
    [
      'a broken link',
      (root: Image) => symlinkSync('nowhere', root.path('twenty-init.config.json')),
      /twenty-init\.config\.json cannot be reached: ENOENT/,
    ],
    [
      'a loop of links',
      (root: Image) => symlinkSync('twenty-init.config.json', root.path('twenty-init.config.json')),
      /twenty-init\.config\.json cannot be reached: ELOOP/,
    ],
    [
      'a folder',
      (root: Image) => mkdirSync(root.path('twenty-init.config.json')),
      /twenty-init\.config\.json.*EISDIR/,
    ],
  ])('%s: 78, and the CMD does not run without its phases', async (_, make, says) => {
    using root = image({});
    make(root);
    await using container = await root.boot({ cmd: ['echo', 'ran'] });
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toMatch(says);
    expect(container.stdout()).toBe('');
  });
});

describe('the config', () => {
  it('of two that lie side by side is neither', () => {
    using root = image({
      'twenty-init.config.json': config,
      'twenty-init.config.mjs': 'export default {};',
    });
    const { code, stderr } = root.command(['check']);
    expect(code).toBe(78);
    expect(stderr).toMatch(/config\.mjs and .*config\.json lie side by side/);
  });

  it('may be CommonJS in a .cjs', () => {
    using root = image({
      'twenty-init.config.cjs': `module.exports = ${JSON.stringify(config)};`,
    });
    expect(root.command(['check'])).toMatchObject({ code: 0 });
  });

  it('is looked for in a cwd that is there', () => {
    using root = image({ 'gone/': '' });
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'cd gone && rmdir ../gone && exec "$@"', 'sh', ...root.commandLine(['run'])],
      { cwd: root.root, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(78);
    expect(stderr).toContain('the cwd of this process has been deleted');
  });
});

describe('compile on a full disk', () => {
  const long = {
    phases: { migrate: { command: ['echo', 'x'.repeat(4000)] }, 'exec-app': { command: ['true'] } },
  };

  it('leaves the old file whole, and nothing beside it', () => {
    using root = image({ 'twenty-init.config.json': long, 'out/old.json': '{"old":true}' });
    const full = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', full, 'sh', ...root.commandLine(['compile', '-o', 'out/old.json'])],
      { cwd: root.root, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(73);
    expect(stderr).toContain('EFBIG');
    expect(readFileSync(root.path('out/old.json'), 'utf8')).toBe('{"old":true}');
    expect(readdirSync(root.path('out'))).toEqual(['old.json']);
  });

  it('a new file has the mode of the old one, and a link stays one', () => {
    using root = image({ 'twenty-init.config.json': long, 'out/old.json': '{}' });
    chmodSync(root.path('out/old.json'), 0o640);
    symlinkSync('old.json', root.path('out/link.json'));
    expect(root.command(['compile', '-o', 'out/link.json']).code).toBe(0);
    expect(lstatSync(root.path('out/link.json')).isSymbolicLink()).toBe(true);
    expect(statSync(root.path('out/old.json')).mode & 0o777).toBe(0o640);
    expect(JSON.parse(readFileSync(root.path('out/old.json'), 'utf8'))).toMatchObject(long);
  });
});
