import { healthcheckPath } from '@twenty-init/core';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type CaseRunner, startCaseRunner } from '../../harness/case-runner.ts';
import { type Image, image } from '../../harness/image.ts';
import { type Misbehaving, serve } from '../../harness/misbehaving-server.ts';
import { strangeText } from '../../harness/strange-text.ts';
import { judge } from './judge.ts';

let folder: Image;
let runner: CaseRunner;
let server: Misbehaving;
let nextAnswer: readonly string[] = [];

beforeAll(async () => {
  folder = image({});
  runner = startCaseRunner(healthcheckPath(), folder.root);
  server = await serve((socket) => {
    socket.once('data', () => {
      for (const piece of nextAnswer) socket.write(piece, 'latin1');
      socket.end();
    });
  });
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const junk = strangeText('-', '--', '%1%9', '$', '${', '${A}', '${A:-', '@', ':');
const piece = fc.oneof(
  fc.constantFrom('http://', 'tcp://', 'unix:', 'https://', 'localhost', '127.0.0.1', '[::1]'),
  fc.constantFrom(
    '[',
    ']',
    '::',
    ':1',
    ':65535',
    ':0',
    '/',
    '?',
    '#',
    '@',
    '.',
    '127.2.3.4',
    'ffff',
  ),
  fc.constantFrom('${A}', '${B:-x}', '$$', '${', '}', '${A:-${B}}'),
  junk,
);
const target = fc.oneof(
  junk,
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
);
const option = fc.oneof<Arbitrary<readonly string[]>[]>(
  fc.constantFrom(['--alive'], ['--'], ['--timeout'], ['--timeout=1ms'], ['-h'], ['-V']),
  junk.map((text) => [`-${text}`]),
  junk.map((text) => ['--timeout', text]),
  junk.map((text) => [`--timeout=${text}`]),
);
const variable = fc.oneof(
  junk,
  fc.tuple(fc.constantFrom('A', 'B', 'PATH', 'A='), piece).map(([name, text]) => `${name}=${text}`),
);

it('any command line and environment: 0 or 1, and one line when it is 1', async () => {
  const anyCase = fc.record({
    options: fc.array(option, { maxLength: 3 }),
    targets: fc.array(target, { maxLength: 3 }),
    env: fc.array(variable, { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ options, targets, env }) => {
      // What some of them name is there for nobody to wait for: a time-out that is right is short.
      const argv = ['healthcheck', ...options.flat(), ...targets, '--timeout=5ms'];
      const answer = await runner.run({ argv, env });
      const code = exitCodeOf(answer);
      if (code === 0) expect(answer.stderr).toBe('');
      else expect(answer).toMatchObject({ stdout: '', stderr: oneLine });
    }),
    { numRuns: 5000 },
  );
}, 120_000);

it('nothing before an at sign, and nothing of a query, is ever said', async () => {
  const secret = fc.string({ unit: fc.constantFrom(...'SECRT:/?#@[]%$. '), maxLength: 20 });
  const scheme = fc.constantFrom('http://', 'tcp://', 'https://', 'redis://', 'unix:', '');
  await fc.assert(
    fc.asyncProperty(scheme, secret, fc.boolean(), async (start, text, isQuery) => {
      const hidden = `HIDDEN${text}HIDDEN`;
      const written = isQuery
        ? `http://127.0.0.1:1/x?${hidden}`
        : `${start}user:${hidden}@127.0.0.1:1/`;
      fc.pre(isQuery || start !== 'unix:');
      const { stderr } = await runner.run({ argv: ['healthcheck', written], env: [] });
      expect(stderr).toMatch(oneLine);
      expect(stderr).not.toContain('HIDDEN');
    }),
    { numRuns: 1000 },
  );
}, 120_000);

const line = fc.oneof(
  fc.constantFrom(
    'HTTP/1.1 200 OK',
    'HTTP/1.0 503 x',
    'HTTP/1.1 100 C',
    'HTTP/1.1 301',
    'HTTP/1.1 500 ',
  ),
  fc.constantFrom(
    'HTTP/1.1 503 x',
    'Boot-Phase: migrate',
    'boot-phase:',
    'Boot-Phase : x',
    ' folded',
  ),
  fc.constantFrom(
    'HTTP/1.1 99 x',
    'HTTP/1.1 2000',
    'HTTP/1.1 101 S',
    'HTTP/2 200',
    'HTTP/1.1  200',
    '',
  ),
  junk,
);
const text = fc
  .array(fc.tuple(line, fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '')), {
    maxLength: 8,
  })
  .map((lines) => lines.flat().join(''));
const answer = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: text.map((head) => `HTTP/1.1 503 x\r\n${head}\r\n\r\n`) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) }),
  },
);

it('any answer of a server, in any pieces, is judged as a plain reading of it says', async () => {
  await fc.assert(
    fc.asyncProperty(answer, fc.nat(), fc.boolean(), async (whole, cut, alive) => {
      const at = cut % (whole.length + 1);
      nextAnswer = [whole.slice(0, at), whole.slice(at)];
      const name = `http://127.0.0.1:${server.port}/`;
      const argv = ['healthcheck', ...(alive ? ['--alive'] : []), name];
      const said = await runner.run({ argv, env: [] });
      const expected = judge(whole, alive);
      expect(exitCodeOf(said), said.stderr).toBe(expected === 'healthy' ? 0 : 1);
      if (expected === 'healthy') expect(said.stderr).toBe('');
      else expect(said.stderr).toContain(`${name}: ${expected}`);
      if (expected !== 'healthy') expect(said.stderr).toMatch(oneLine);
    }),
    { numRuns: 3000 },
  );
}, 180_000);

const oneLine = /^healthcheck: [ -~\u0080-\u00ff]+\n$/;

/** Throws when it crashed or hung. */
function exitCodeOf({ status, stderr }: Answer): number {
  if (status === -1) throw new Error(`it did not end: ${stderr}`);
  if ((status & 0x7f) !== 0) throw new Error(`it was ended by signal ${status & 0x7f}: ${stderr}`);
  expect([0, 1]).toContain(status >> 8);
  return status >> 8;
}
