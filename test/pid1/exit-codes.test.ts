import {
  chmodSync,
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { machine } from 'node:os';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { type Image, image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { eachOf, outcome, outcomeAsInit } from '../harness/run.ts';

const pid1 = pid1Path();
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the exit code is that of the program', () => {
  it('exit 0 to 255: the same', async () => {
    const codes = range(0, 255);
    const results = await eachOf(codes, (code) =>
      outcomeAsInit([pid1, '--', 'sh', '-c', `exit ${code}`]),
    );
    expect(results).toEqual(codes.map((code) => ({ code, stdout: '', stderr: '' })));
  });

  it('ended by signal n: 128+n, real-time signals too', async () => {
    const survived = [17, 18, 19, 20, 21, 22, 23, 28];
    const signals = range(1, 64).filter((signal) => !survived.includes(signal));
    const results = await eachOf(signals, (signal) =>
      outcomeAsInit([pid1, '--', fixture('die'), String(signal)]),
    );
    expect(results.map(({ code }) => code)).toEqual(signals.map((signal) => 128 + signal));
  });
});

/** A file with an ELF header of that machine and nothing else. */
function elf(elfMachine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(elfMachine, 18);
  return header;
}

const elfMachines = { x86_64: 62, aarch64: 183 };
const other = machine() === 'x86_64' ? 'aarch64' : 'x86_64';

function brokenPrograms(): Image {
  const app = image({
    'no-interpreter.sh': '#!/no/such/interpreter -x\n',
    'crlf.sh': '#!/bin/sh\r\nexit 0\r\n',
    'by-a-script.sh': '#!./no-interpreter.sh\n',
    'by-no-loader.sh': '#!./no-loader\n',
    'by-a-text.sh': '#!./not-executable\n',
    'empty.sh': '',
    'text.sh': 'exit 0\n',
    'directory/': '',
    'not-executable': '#!/bin/sh\n',
    'wrong-arch.sh': '',
    'strange-arch.sh': '',
    'cut-off.sh': '',
    file: '',
  });
  writeFileSync(app.path('wrong-arch.sh'), elf(elfMachines[other]));
  writeFileSync(app.path('strange-arch.sh'), elf(0x1234));
  writeFileSync(
    app.path('cut-off.sh'),
    elf(elfMachines[other === 'aarch64' ? 'x86_64' : 'aarch64']),
  );
  // A program of another libc: the loader that it names is not there.
  const program = readFileSync('/bin/true', 'latin1').replace('/ld-', '/no-');
  writeFileSync(app.path('no-loader'), program, { encoding: 'latin1', mode: 0o755 });
  symlinkSync('loop', app.path('loop'));
  return app;
}

describe('a program that cannot be started: one line that names it and says why', () => {
  it.each([
    ['not found in PATH', 'nosuch', 127, 'not found in PATH'],
    ['path that does not exist', './nosuch', 127, 'it does not exist'],
    ['an empty name', '', 127, ''],
    [
      'a missing #! interpreter',
      './no-interpreter.sh',
      127,
      'its interpreter "/no/such/interpreter" (from #!) does not exist',
    ],
    [
      'an interpreter that is a script with a missing one',
      './by-a-script.sh',
      127,
      'the interpreter "/no/such/interpreter" of its interpreter "./no-interpreter.sh" does not',
    ],
    ['a missing loader', './no-loader', 127, 'its dynamic loader does not exist'],
    [
      'an interpreter whose loader is missing',
      './by-no-loader.sh',
      127,
      'the dynamic loader of its interpreter "./no-loader" does not exist',
    ],
    [
      'an interpreter without an x bit',
      './by-a-text.sh',
      126,
      'its interpreter "./not-executable" (from #!) cannot be executed',
    ],
    ['CRLF line ends', './crlf.sh', 127, 'Windows line ends (CRLF)'],
    ['a directory', './directory', 126, 'it is a directory'],
    ['no x bit', './not-executable', 126, 'permission denied; chmod +x it'],
    ['an empty file', './empty.sh', 126, 'the file is empty'],
    ['no #! line', './text.sh', 126, 'it has no #! line and is no binary'],
    ['a binary for the other architecture', './wrong-arch.sh', 126, `built for ${other}, this is`],
    ['a binary for a strange architecture', './strange-arch.sh', 126, 'another architecture'],
    ['a loop of symbolic links (ELOOP)', './loop', 126, 'Too many levels of symbolic links'],
    ['a path through a file (ENOTDIR)', './file/program', 126, 'Not a directory'],
    ['a long name (ENAMETOOLONG)', `./${'n'.repeat(300)}`, 126, 'File name too long'],
    ['a long path (ENAMETOOLONG)', `./${'d/'.repeat(3000)}p`, 126, 'File name too long'],
  ])('%s', async (_, program, code, why) => {
    using app = brokenPrograms();
    const result = await outcomeAsInit([pid1, '--', program], { cwd: app.root });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^[^\n]+\n$/);
    expect(result.stderr).toContain(`pid1: cannot run "${program.slice(0, 200)}`);
    expect(result.stderr).toContain(why);
  });

  it.each([
    ['no-interpreter.sh', 127, 'its interpreter or its dynamic loader does not exist'],
    ['text.sh', 126, 'the file cannot be read to say why'],
    ['wrong-arch.sh', 126, 'the file cannot be read to say why'],
  ])('a file that may be executed and not read (0111): %s', async (program, code, why) => {
    using app = brokenPrograms();
    for (const path of [app.root, app.path(program)]) chmodSync(path, 0o111);
    // A user that the permissions hold for.
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : [];
    const result = await outcome([...asNobody, pid1, app.path(program)]);
    chmodSync(app.root, 0o755);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(why);
  });

  it('a file that is still being written (ETXTBSY)', async () => {
    using app = image({ 'busy.sh': '#!/bin/sh\n' });
    const writer = openSync(app.path('busy.sh'), 'a');
    const result = await outcomeAsInit([pid1, '--', './busy.sh'], { cwd: app.root });
    closeSync(writer);
    expect(result).toEqual({
      code: 126,
      stdout: '',
      stderr: 'pid1: cannot run "./busy.sh": Text file busy\n',
    });
  });

  it('a binary that is cut off is not said to be for another architecture', async () => {
    using app = brokenPrograms();
    const result = await outcomeAsInit([pid1, '--', './cut-off.sh'], { cwd: app.root });
    expect(result.code).toBe(126);
    expect(result.stderr).toContain('cannot run "./cut-off.sh"');
    expect(result.stderr).not.toContain('built for');
  });

  it('a file system mounted noexec is named, and not the x bit', async () => {
    using app = image({ 'mount/': '' });
    const script =
      'mount -t tmpfs -o noexec none mount && cp /bin/true mount/true && exec "$0" -- mount/true';
    const result = await outcomeAsInit(['sh', '-c', script, pid1], { cwd: app.root });
    expect(result.code).toBe(126);
    expect(result.stderr).toContain('cannot run "mount/true": ');
    expect(result.stderr).not.toContain('chmod');
  });

  it.each(['no\nsuch', './no\x1b[31m\r\x7fsuch', '--un\nknown'])(
    'a name with control characters: %j is one line without them',
    async (name) => {
      const { stderr } = await outcomeAsInit([pid1, name]);
      expect(stderr.slice(-1)).toBe('\n');
      expect([...stderr.slice(0, -1)].filter((char) => char < ' ' || char === '\x7f')).toEqual([]);
    },
  );

  it('in PATH, what cannot be executed is passed over for what can', async () => {
    using app = image({
      'first/tool': 'not executable',
      'second/tool/': '',
      'third/tool.sh': '#!/bin/sh\necho third\n',
    });
    symlinkSync('tool.sh', app.path('third/tool'));
    const env = { PATH: `${app.path('first')}:${app.path('second')}:${app.path('third')}:/bin` };
    expect(await outcomeAsInit([pid1, '--', 'tool'], { env })).toMatchObject({
      code: 0,
      stdout: 'third\n',
    });
  });

  it('in PATH, a folder that may not be entered is passed over: 127', async () => {
    using app = image({ 'closed/tool.sh': '#!/bin/sh\n' });
    chmodSync(app.root, 0o755);
    chmodSync(app.path('closed'), 0);
    copyFileSync(pid1, app.path('pid1'));
    const env = { PATH: `${app.path('closed')}:/usr/bin:/bin` };
    // A user that the permissions hold for.
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : [];
    const result = await outcome([...asNobody, app.path('pid1'), 'nosuch'], { env });
    chmodSync(app.path('closed'), 0o755);
    expect(result).toMatchObject({ code: 127, stdout: '' });
    expect(result.stderr).toContain('not found in PATH');
  });

  it('in PATH, only what cannot be executed: 126, and its path', async () => {
    using app = image({ 'first/tool': 'not executable' });
    const result = await outcomeAsInit([pid1, '--', 'tool'], { env: { PATH: app.path('first') } });
    expect(result.code).toBe(126);
    expect(result.stderr).toContain('"tool"');
  });
});

const strace = installed({ strace: 'strace' }, 'exit codes when the kernel refuses');

describe.skipIf(!strace)('when the kernel refuses', () => {
  it.each([
    ['execve', 'E2BIG', 126, 'Argument list too long'],
    ['execve', 'ENOMEM', 126, 'Cannot allocate memory'],
    ['execve', 'EPERM', 126, 'Operation not permitted'],
    ['execve', 'EIO', 126, 'error 5'],
    ['clone,clone3,fork,vfork', 'EAGAIN', 125, 'too many processes'],
    ['clone,clone3,fork,vfork', 'ENOMEM', 125, 'Cannot allocate memory'],
    ['pipe2,pipe', 'EMFILE', 125, ''],
  ])('%s with %s: %i', async (syscall, error, code, why) => {
    // Not the execve of pid1 itself.
    const of = syscall === 'execve' ? ['-P', '/usr/bin/true'] : [];
    const result = await outcomeAsInit([
      ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${syscall}`, ...of],
      ...['-e', `inject=${syscall}:error=${error}`, '--', pid1, '--', '/usr/bin/true'],
    ]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/^pid1: [^\n]+\n$/);
    expect(result.stderr).toContain(why);
  });
});

describe('--expect reports an exit code as 0', () => {
  it.each([
    [['-e', '7'], 'exit 7', 0],
    [['-e', '7'], 'exit 8', 8],
    [['-e', '7,9'], 'exit 9', 0],
    [['-e', '7', '-e', '9'], 'exit 7', 0],
    [['-e', '129-143'], 'exit 130', 0],
    [['-e', '129-143'], 'exit 144', 144],
    [['-e', '143'], 'kill -TERM $$', 0],
    [['-e', 'TERM'], 'kill -TERM $$', 0],
    [['-e', 'SIGTERM'], 'kill -TERM $$', 0],
    [['--expect=TERM'], 'exit 143', 0],
    [['-e', 'TERM'], 'exit 15', 15],
    // Nobody forwarded it.
    [['-e', 'forwarded'], 'kill -TERM $$', 143],
  ])('%j: %s is %i', async (options, script, code) => {
    const result = await outcomeAsInit([pid1, ...options, '--', 'sh', '-c', script]);
    expect(result).toEqual({ code, stdout: '', stderr: '' });
  });

  it.each([
    ['nosuch', '127', 127],
    ['/etc', '126', 126],
  ])('never hides that %s cannot be executed', async (program, expected, code) => {
    expect(await outcomeAsInit([pid1, '-e', expected, '--', program])).toMatchObject({ code });
  });

  it('does take the 127 of a program that ran', async () => {
    const shell = ['sh', '-c', 'nosuch 2>/dev/null'];
    expect(await outcomeAsInit([pid1, '-e', '127', '--', ...shell])).toMatchObject({ code: 0 });
  });
});

describe('its own command line', () => {
  it.each([
    ['no program', [], 'PROGRAM'],
    ['no program after --', ['--'], 'PROGRAM'],
    ['an unknown long option', ['--yolo', 'true'], '--yolo'],
    ['an unknown short option', ['-q', 'true'], '-q'],
    ['a beginning of an option', ['--sub', 'true'], '--sub'],
    ['a value where none belongs', ['--group=1', 'true'], '--group'],
    ['a missing value', ['--grace'], '--grace'],
    ['a missing value of a letter', ['-G'], '-G'],
    ['a grace without a unit', ['--grace', '10', 'true'], '10'],
    ['a grace with an unknown unit', ['--grace', '10d', 'true'], '10d'],
    ['a negative grace', ['--grace=-1s', 'true'], '-1s'],
    ['an empty grace', ['--grace=', 'true'], '--grace'],
    ['-e 256', ['-e', '256', 'true'], '256'],
    ['-e abc', ['-e', 'abc', 'true'], 'abc'],
    ['-e -1', ['-e', '-1', 'true'], '-1'],
    ["-e ''", ['-e', '', 'true'], '-e'],
    ['-e 9-7', ['-e', '9-7', 'true'], '9-7'],
    ['-e 1,', ['-e', '1,', 'true'], '1,'],
    ['-p 0', ['-p', '0', 'true'], '0'],
    ['-p 65', ['-p', '65', 'true'], '65'],
    ['-p TERMX', ['-p', 'TERMX', 'true'], 'TERMX'],
    ['-p RTMIN+31', ['-p', 'RTMIN+31', 'true'], 'RTMIN+31'],
  ])('%s: 125, one line, nothing runs', async (_, args, named) => {
    const result = await outcomeAsInit([pid1, ...args]);
    expect(result).toMatchObject({ code: 125, stdout: '' });
    expect(result.stderr).toMatch(/^pid1: [^\n]+\n$/);
    expect(result.stderr).toContain(named);
  });

  it.each([
    ['-h', /^Usage: pid1 /],
    ['--help', /^Usage: pid1 /],
    ['-V', /^pid1 \d+\.\d+\.\d+\n$/],
    ['--version', /^pid1 \d+\.\d+\.\d+\n$/],
  ])('%s goes to stdout, exit 0', async (option, text) => {
    const result = await outcomeAsInit([pid1, option]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(text);
    expect(result.stdout.split('\n').length).toBeLessThanOrEqual(40);
  });

  it.each([
    ['ls -l', [], ['echo', '-l'], '-l\n'],
    ['sh -c and --version', [], ['sh', '-c', 'echo "$1"', 'sh', '--version'], '--version\n'],
    ['a second --', ['--'], ['echo', '--', 'x'], '-- x\n'],
    ['joined letters', ['-sv'], ['echo'], '\n'],
  ])('stops at the program: %s', async (_, options, program, stdout) => {
    expect(await outcomeAsInit([pid1, ...options, ...program])).toMatchObject({ code: 0, stdout });
  });

  it('-- -- true runs a program named --', async () => {
    expect(await outcomeAsInit([pid1, '--', '--', 'true'])).toMatchObject({ code: 127 });
  });
});

describe('the environment', () => {
  it.each([
    [{ PID1_EXPECT: '7' }, 'exit 7', 0],
    [{ PID1_EXPECT: '5,7' }, 'exit 7', 0],
    [{ PID1_GROUP: '1' }, 'exit 7', 7],
    [{ PID1_GROUP: '0' }, 'exit 7', 7],
    [{ PID1_GROUP: 'false' }, 'exit 7', 7],
    [{ PID1_GROUP: 'no' }, 'exit 7', 7],
    [{ PID1_GROUP: 'maybe' }, 'exit 7', 125],
    [{ PID1_GRACE: '10' }, 'exit 7', 125],
    [{ PID1_YOLO: '1' }, 'exit 7', 7],
  ])('%j: %s ends with %i', async (variables, script, code) => {
    const env = { PATH: process.env.PATH, ...variables };
    expect(await outcomeAsInit([pid1, '--', 'sh', '-c', script], { env })).toMatchObject({ code });
  });

  it('the program gets it without our variables, in its order', async () => {
    const env = { A: '1', PID1_GROUP: '0', B: '2', PID1_VERBOSE: '0', C: '3' };
    const { stdout } = await outcomeAsInit([pid1, '--', '/usr/bin/env'], { env });
    expect(stdout).toBe('A=1\nB=2\nC=3\nPID1_HANDOFF=1:1\n');
  });
});
