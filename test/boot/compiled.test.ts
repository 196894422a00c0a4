import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';
import { packageCopy } from '../harness/package-copy.ts';

/** Tells whether V8 has left code unused that was made before. */
const hook = `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(...args) {
      super(...args);
      console.log('rejected: ' + this.cachedDataRejected);
    }
  };
`;

function installed(
  node: string,
  config = 'export default { phases: { "exec-app": { command: ["echo", "app"] } } };',
) {
  const root = image({ 'twenty-init.config.mjs': config, 'hook.cjs': hook, 'package/': '' });
  const bin = packageCopy(root.path('package'));
  rmSync(root.path('package/dist/cli.cjs.compiled'), { force: true });
  const run = (program: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(
      program,
      ['--require', root.path('hook.cjs'), bin, ...args],
      { cwd: root.root, encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  };
  const install = () => run(node, 'install', root.path('sbin'));
  return {
    install,
    run,
    compiled: root.path('package/dist/cli.cjs.compiled'),
    cli: root.path('package/dist/cli.cjs'),
    dist: root.path('package/dist'),
    sbin: root.path('sbin'),
    [Symbol.dispose]: () => root[Symbol.dispose](),
  };
}

describe('twenty-init install compiles the program ahead', () => {
  it.each(nodes)('for Node %s, which takes the code, for a config in JavaScript too', (_, node) => {
    using copy = installed(node);
    const { status, stdout } = copy.install();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^compiled \S+\/package\/dist\/cli\.cjs\.compiled for Node v\d+/m);

    const boot = copy.run(node, 'run');
    expect(boot.stdout).toBe('rejected: false\napp\n');
    expect(boot.stderr).toContain('boot summary');
    expect(boot.stderr).not.toContain('Warning');
    expect(boot.status).toBe(0);
  });

  it('installing once more leaves whole code again', () => {
    const [, node] = nodes.at(-1) ?? [];
    using copy = installed(node ?? process.execPath);
    copy.install();
    const first = readFileSync(copy.compiled).length;
    copy.install();
    expect(readFileSync(copy.compiled).length).toBeGreaterThan(first * 0.9);
  });

  it.runIf(nodes.length > 1)('another Node leaves the code unused, and boots', () => {
    const [[, one] = ['', ''], [, other] = ['', '']] = nodes;
    using copy = installed(one);
    copy.install();
    expect(copy.run(other, 'run')).toMatchObject({ status: 0, stdout: 'rejected: true\napp\n' });
  });

  it('code of another source is left unused, of the same length too', () => {
    using copy = installed(process.execPath);
    copy.install();
    const source = readFileSync(copy.cli, 'utf8');
    expect(source).toContain('boot summary');
    writeFileSync(copy.cli, source.replace('boot summary', 'BOOT SUMMARY'));
    const { status, stdout, stderr } = copy.run(process.execPath, 'run');
    expect([status, stdout]).toEqual([0, 'app\n']);
    expect(stderr).toContain('BOOT SUMMARY');
  });

  it('a file that was cut off is left unused', () => {
    using copy = installed(process.execPath);
    copy.install();
    truncateSync(copy.compiled, readFileSync(copy.compiled).length - 1000);
    expect(copy.run(process.execPath, 'run')).toMatchObject({
      status: 0,
      stdout: 'rejected: true\napp\n',
    });
  });

  it('says where it cannot, and has installed pid1', () => {
    using copy = installed(process.execPath);
    mkdirSync(copy.compiled);
    const { status, stdout } = copy.install();
    expect(status).toBe(0);
    expect(stdout).toContain(
      `twenty-init is not compiled for Node ${process.version}, and a boot takes longer: its folder cannot be written to (EISDIR)`,
    );
    expect(readdirSync(copy.sbin).sort()).toEqual(['healthcheck', 'pid1']);
    expect(readdirSync(copy.dist).filter((name) => /compiled\./.test(name))).toEqual([]);
  });
});
