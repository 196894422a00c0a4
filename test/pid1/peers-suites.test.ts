import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { afterAll, describe, expect, it } from 'vitest';
import { outcomeAsInit } from '../harness/run.ts';

// The peers' own test suites, from Debian's source packages: what is fetched is run where it lies, and goes with the test.

const pid1 = pid1Path();
const folder = mkdtempSync(join(tmpdir(), 'peers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const python = '/usr/bin/python3';

/** The folder with the unpacked source of a Debian package, or undefined, which is said on stderr. */
function sourceOf(name: string): string | undefined {
  const target = join(folder, name);
  mkdirSync(target);
  const get = ['source', '--download-only', '--tar-only', '-qq', name];
  const { status } = spawnSync('apt-get', get, { cwd: target, stdio: 'ignore' });
  const [tarball] = readdirSync(target);
  if (status !== 0 || tarball === undefined) {
    process.stderr.write(
      `the test suite of ${name}: skipped: apt-get source ${name} needs a deb-src line in /etc/apt\n`,
    );
    return undefined;
  }
  execFileSync('tar', ['-xf', tarball, '--strip-components=1'], { cwd: target });
  return target;
}

/** Whether Debian's Python has a module; says on stderr what is skipped without it. */
function hasModules(modules: Readonly<Record<string, string>>, skipped: string): boolean {
  const missing = Object.entries(modules).filter(
    ([module]) => spawnSync(python, ['-c', `import ${module}`]).status !== 0,
  );
  if (missing.length === 0) return true;
  const packages = missing.map(([, debianPackage]) => debianPackage);
  process.stderr.write(`${skipped}: skipped: apt-get install ${packages.join(' ')}\n`);
  return false;
}

/** A folder for PATH in which a peer's name is ours: a copy, because the suite resolves links. */
function binaries(peer: string): string {
  const bin = join(folder, `${peer}-bin`);
  mkdirSync(bin);
  copyFileSync(pid1, join(bin, peer));
  // The scripts of the suites ask for both names.
  for (const name of ['python', 'python3']) symlinkSync(python, join(bin, name));
  return bin;
}

/** Below a PID 1 that reaps, as the suites expect it of the machine. */
const reaping = [pid1, '--'];

const dumbInit = hasModules({ pytest: 'python3-pytest' }, 'the test suite of dumb-init')
  ? sourceOf('dumb-init')
  : undefined;

describe.skipIf(dumbInit === undefined)('under the name dumb-init', () => {
  it('its own test suite passes whole', { timeout: 300_000 }, async () => {
    const env = { PATH: `${binaries('dumb-init')}:/usr/bin:/bin`, LANG: 'C.UTF-8' };
    const pytest = [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'];
    const { code, stdout } = await outcomeAsInit([...reaping, ...pytest], {
      cwd: dumbInit ?? '/',
      env,
    });
    expect(stdout).toMatch(/^182 passed/m);
    expect(code).toBe(0);
  });
});

const tini = hasModules(
  { psutil: 'python3-psutil', prctl: 'python3-prctl' },
  'the test suite of tini',
)
  ? sourceOf('tini')
  : undefined;

// Debian has no such module.
const bitmap = `class BitMap:
    def __init__(self, bits):
        self.bits = bits
    @classmethod
    def fromstring(cls, text):
        return cls(text)
    def nonzero(self):
        return [place for place, bit in enumerate(reversed(self.bits)) if bit == "1"]
`;

describe.skipIf(tini === undefined)('under the name tini', () => {
  it('its own test suite passes whole', { timeout: 300_000 }, async () => {
    const bin = binaries('tini');
    writeFileSync(join(bin, 'bitmap.py'), bitmap);
    const source = join(tini ?? '', 'test/sigconf/sigconf-test.c');
    execFileSync('cc', ['-w', '-o', join(bin, 'sigconf-test'), source]);
    const env = {
      ...{ PATH: `${bin}:/usr/bin:/bin`, LANG: 'C.UTF-8', PYTHONPATH: bin },
      ...{ SOURCE_DIR: tini, BUILD_DIR: bin, FORCE_SUBREAPER: '1' },
    };
    const suite = [python, join(tini ?? '', 'test/run_inner_tests.py')];
    const { code, stdout, stderr } = await outcomeAsInit([...reaping, ...suite], { env });
    expect(stdout, stderr).toContain('All done, tests as expected');
    expect(code).toBe(0);
  });
});
