import { pid1Path } from '@twenty-init/core';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type CaseRunner, startCaseRunner } from '../../harness/case-runner.ts';
import { fixture } from '../../harness/fixture.ts';
import { type Image, image } from '../../harness/image.ts';
import { strangeText } from '../../harness/strange-text.ts';

import { type Interface, interfaces, parse, type Request } from './command-line.ts';

const told = fixture('told');
const toldCode = 42;

let folder: Image;
let runner: CaseRunner;
beforeAll(() => {
  folder = image({ 'folder/': '', 'text-file': 'text' });
  runner = startCaseRunner(pid1Path(), folder.root);
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const special = ['-', '--', '%1%2%9', '%', '=', ',', ':', 'folder', './folder', './text-file'];
const junk = strangeText(...special);

const signal = fc.constantFrom('TERM', 'SIGINT', '15', 'RTMIN+3', 'RTMAX-1', '64', 'WINCH', 'HUP');
const duration = fc.constantFrom('0', '1ms', '10s', '5m', '2h');
const exitCode = fc.constantFrom('143', 'TERM', '129-143', 'forwarded', '0', '255', '1,2,3-4');
const rewriting = fc
  .tuple(signal, fc.oneof(signal, fc.constantFrom('', '0')))
  .map(([from, to]) => `${from}:${to}`);
const delaying = fc.tuple(signal, duration).map(([name, time]) => `${name}=${time}`);

/** Options of our own name with values that are right. */
const validOption = fc.oneof<Arbitrary<readonly string[]>[]>(
  fc
    .constantFrom(
      '-s',
      '-g',
      '-t',
      '-w',
      '-z',
      '-v',
      '-sgw',
      '--subreaper',
      '--no-subreaper',
      '--group',
    )
    .map((option) => [option]),
  signal.chain((value) =>
    fc.constantFrom([`--parent-death=${value}`], ['-p', value], [`-p${value}`]),
  ),
  exitCode.chain((value) =>
    fc.constantFrom([`--expect=${value}`], ['--expect', value], [`-e${value}`]),
  ),
  duration.chain((value) => fc.constantFrom([`--grace=${value}`], ['-G', value], [`-wG${value}`])),
  rewriting.chain((value) => fc.constantFrom([`--rewrite=${value}`], ['-r', value])),
  delaying.chain((value) => fc.constantFrom([`--delay=${value}`], ['-D', value])),
);
const validVariable = fc.oneof(
  fc.constantFrom(
    'PID1_GROUP=1',
    'PID1_GROUP=0',
    'PID1_ZOMBIES=no',
    'PID1_VERBOSE=true',
    'PID1_SUBREAPER=false',
    'PID1_SETSID=',
  ),
  exitCode.map((value) => `PID1_EXPECT=${value}`),
  duration.map((value) => `PID1_GRACE=${value}`),
  rewriting.map((value) => `PID1_REWRITE=${value}`),
  delaying.map((value) => `PID1_DELAY=${value}`),
  fc.constantFrom(
    'TINI_SUBREAPER=',
    'TINI_VERBOSITY=3',
    'DUMB_INIT_DEBUG=1',
    'DUMB_INIT_SETSID=0',
    'CATATONIT_DEBUG=1',
  ),
  junk.map((text) => `X${text}`),
);

/** Something like an option, of the interface or not. */
const strangeOption = ({ letters, longNames }: Interface): Arbitrary<readonly string[]> =>
  fc.oneof<Arbitrary<readonly string[]>[]>(
    fc
      .constantFrom(...letters.replaceAll(':', ''))
      .chain((letter) => fc.constantFrom([`-${letter}`])),
    fc
      .tuple(fc.constantFrom(...letters.replaceAll(':', '')), junk)
      .map(([letter, text]) => [`-${letter}${text}`]),
    fc.constantFrom(...longNames).map((name) => [`--${name}`.replace('=', '')]),
    fc
      .tuple(fc.constantFrom(...longNames), junk)
      .map(([name, text]) => [`--${name.replace('=', '')}=${text}`]),
    fc.tuple(junk, junk).map(([a, b]) => [`--${a}`, b]),
    junk.map((text) => [`-${text}`]),
    validOption,
  );
const strangeVariable = fc.oneof(
  validVariable,
  junk,
  fc
    .tuple(
      fc.constantFrom(
        'PID1_',
        'PID1_GRACE',
        'PID1_EXPECT',
        'PID1_HANDOFF',
        'PID1_REWRITE',
        'TINI_VERBOSITY',
        'LISTEN_PID',
        'PATH',
      ),
      junk,
    )
    .map(([name, text]) => `${name}=${text}`),
);

const target = fc.oneof(
  { weight: 3, arbitrary: fc.constant(told) },
  { weight: 1, arbitrary: junk },
);

/** Its exit code; throws when it crashed or hung. */
function exitCodeOf({ status, stderr }: Answer): number {
  if (status === -1) throw new Error(`it did not end: ${stderr}`);
  if ((status & 0x7f) !== 0) throw new Error(`it was ended by signal ${status & 0x7f}: ${stderr}`);
  return status >> 8;
}

const ran = (args: readonly string[]): string => ['RAN', ...args, ''].join('\0');

it('any command line and environment, under any name: it runs the program named, or nothing', async () => {
  const anyCase = fc.constantFrom(...interfaces).chain((itself) =>
    fc.record({
      itself: fc.constant(itself),
      name: fc.constantFrom(...itself.names),
      options: fc.array(strangeOption(itself), { maxLength: 4 }),
      dashes: fc.constantFrom([], ['--']),
      program: target,
      args: fc.array(junk, { maxLength: 4 }),
      env: fc.array(strangeVariable, { maxLength: 4 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ itself, name, options, dashes, program, args, env }) => {
      const line = [...options.flat(), ...dashes, program, ...args];
      const request = parse(itself, line);
      fc.pre(request.kind !== 'pause');
      const argv = [name, ...line];
      const answer = await runner.run({ argv, env: [...env, `PATH=${folder.root}`] });
      return isRight(itself, request, answer);
    }),
    { numRuns: 7000 },
  );
}, 120_000);

function isRight(itself: Interface, request: Request, answer: Answer): boolean {
  const code = exitCodeOf(answer);
  const started = answer.stdout.startsWith('RAN\0');
  // Our own variables are ours under every name, and so is the exit code of a mistake in them.
  const failed = !started && answer.stderr !== '' && [itself.failure, 125].includes(code);
  switch (request.kind) {
    case 'error':
      return failed;
    case 'information':
      // dumb-init says it on stderr.
      return failed || (!started && code === 0 && (answer.stdout + answer.stderr).endsWith('\n'));
    case 'run':
      if (request.program === told)
        return failed || (answer.stdout === ran(request.args) && [toldCode, 0].includes(code));
      return failed || (!started && itself.notStarted.includes(code));
    case 'pause':
      return false;
  }
}

it('every right command line and environment runs the program, with its arguments', async () => {
  const rightCase = fc.record({
    options: fc.array(validOption, { maxLength: 6 }),
    args: fc.array(junk, { maxLength: 5 }),
    env: fc.array(validVariable, { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(rightCase, async ({ options, args, env }) => {
      const answer = await runner.run({
        argv: ['pid1', ...options.flat(), '--', told, ...args],
        env,
      });
      expect(answer.stdout).toBe(ran(args));
      return exitCodeOf(answer) === toldCode;
    }),
    { numRuns: 3000 },
  );
}, 120_000);
