import { healthcheckPath } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { answers, serve } from '../harness/misbehaving-server.ts';
import { outcome } from '../harness/run.ts';

const healthcheck = healthcheckPath();
const names =
  'host names are not looked up: write localhost, or an address such as 127.0.0.1 or [::1]';
const port = 'the port is no number from 1 to 65535';
const brackets = 'in the brackets is no IPv6 address, such as ::1';
const kinds = 'a target is http://HOST:PORT/PATH, tcp://HOST:PORT or unix:/SOCKET';
const password = 'a user and a password are not sent: have a path that needs none';
const tls =
  'TLS is not looked at: name a plain port, http://HOST:PORT/PATH, or tcp://HOST:PORT for whether it listens';
const encoded = 'a space, a control character or one that is not ASCII is written as in %20';
const tooLong = 'that is longer than an address and a port';

describe('a target that is refused is told in one line, with what to write in its place', () => {
  it.each([
    ['', `: ${kinds}`],
    ['localhost:3000', `localhost:3000: ${kinds}`],
    ['ftp://localhost/', `ftp://localhost/: ${kinds}`],
    ['HTTP://localhost/', `HTTP://localhost/: ${kinds}`],
    ['https://localhost:3000/', `https://localhost:3000/: ${tls}`],
    ['http://', `http://: ${names}`],
    ['http:///path', `http:///path: ${names}`],
    ['http://app:3000/', `http://app:3000/: ${names}`],
    ['http://localhosts:3000/', `http://localhosts:3000/: ${names}`],
    ['http://127.0.0.1.5/', `http://127.0.0.1.5/: ${names}`],
    ['http://127.0.1/', `http://127.0.1/: ${names}`],
    ['http://256.0.0.1/', `http://256.0.0.1/: ${names}`],
    ['http://127.0.0.010/', `http://127.0.0.010/: ${names}`],
    ['http://0x7f.0.0.1/', `http://0x7f.0.0.1/: ${names}`],
    ['http://::1:3000/', `http://::1:3000/: ${names}`],
    ['http://[::1/', `http://[::1/: ${brackets}`],
    ['http://[]/', `http://[]/: ${brackets}`],
    ['http://[:]/', `http://[:]/: ${brackets}`],
    ['http://[:::]/', `http://[:::]/: ${brackets}`],
    ['http://[::1::]/', `http://[::1::]/: ${brackets}`],
    ['http://[1:2:3:4:5:6:7]/', `http://[1:2:3:4:5:6:7]/: ${brackets}`],
    ['http://[1:2:3:4:5:6:7:8:9]/', `http://[1:2:3:4:5:6:7:8:9]/: ${brackets}`],
    ['http://[1:2:3:4:5:6:7::8]/', `http://[1:2:3:4:5:6:7::8]/: ${brackets}`],
    ['http://[12345::]/', `http://[12345::]/: ${brackets}`],
    ['http://[::1.2.3]/', `http://[::1.2.3]/: ${brackets}`],
    ['http://[1:2:3:4:5:6:7:1.2.3.4]/', `http://[1:2:3:4:5:6:7:1.2.3.4]/: ${brackets}`],
    ['http://[fe80::1%eth0]/', `http://[fe80::1%eth0]/: ${brackets}`],
    ['http://[::1]3000/', `http://[::1]3000/: the port is missing, as in tcp://localhost:5432`],
    ['http://localhost:/', `http://localhost:/: ${port}`],
    ['http://localhost:0/', `http://localhost:0/: ${port}`],
    ['http://localhost:65536/', `http://localhost:65536/: ${port}`],
    ['http://localhost:99999999999999999999/', `http://localhost:99999999999999999999/: ${port}`],
    ['http://localhost:http/', `http://localhost:http/: ${port}`],
    ['http://localhost:-1/', `http://localhost:-1/: ${port}`],
    [`http://127.0.0.1:${'0'.repeat(99)}80/`, `http://127.0.0.1:${'0'.repeat(99)}80/: ${tooLong}`],
    ['tcp://localhost', 'tcp://localhost: the port is missing, as in tcp://localhost:5432'],
    ['tcp://localhost:80/', `tcp://localhost:80/: ${port}`],
    ['tcp://db:5432', `tcp://db:5432: ${names}`],
    ['http://localhost/a b', `http://localhost/a b: ${encoded}`],
    ['http://localhost/ü', `http://localhost/ü: ${encoded}`],
    ['http://localhost/\r\nX: y', `http://localhost/??X: y: ${encoded}`],
    ['unix:', 'unix:: the path of a socket begins with /, as in unix:/run/app.sock'],
    ['unix:app', 'unix:app: the path of a socket begins with /, as in unix:/run/app.sock'],
    [
      `unix:/${'a'.repeat(107)}`,
      `unix:/${'a'.repeat(107)}: the path of a socket has at most 107 bytes`,
    ],
    [
      'http://unix:app',
      'http://unix:app: the path of a socket begins with /, as in unix:/run/app.sock',
    ],
    [`http://localhost/${'a'.repeat(2000)}`, 'a target is longer than 2000 bytes'],
  ])('%s', async (target, line) => {
    expect(await outcome([healthcheck, target])).toEqual(refused(line));
  });

  it('before anything is looked at', async () => {
    await using server = await serve(answers('HTTP/1.1 200 OK\r\n\r\n'));
    const right = `http://127.0.0.1:${server.port}/`;
    expect(await outcome([healthcheck, right, 'http://app/'])).toEqual(
      refused(`http://app/: ${names}`),
    );
    expect(server.received()).toBe('');
  });
});

describe('what may be secret is not shown', () => {
  it.each([
    ['http://user:secret@localhost/', `http://***: ${password}`],
    ['tcp://user:secret@localhost:80', `tcp://***: ${password}`],
    ['http://user:sec/ret@localhost/', `http://***: ${names}`],
    ['http://user:sec?ret@localhost/', `http://***: ${names}`],
    ['https://user:secret@localhost/', `https://***: ${tls}`],
    ['postgres://user:secret@db/x?password=secret', `postgres://***: ${kinds}`],
    ['user:secret@localhost', `***: ${kinds}`],
    ['http://app/x?token=secret', `http://app/x: ${names}`],
    [
      'http://localhost:1/x?token=secret#secret',
      'http://localhost:1/x: connection refused: nothing listens there',
    ],
    [
      'http://localhost:1/x?mail=secret@example.org',
      'http://localhost:1/x: connection refused: nothing listens there',
    ],
    [
      'http://localhost:1/@scope/x',
      'http://localhost:1/@scope/x: connection refused: nothing listens there',
    ],
  ])('%s', async (target, line) => {
    expect(await outcome([healthcheck, target])).toEqual(refused(line));
  });
});

describe('a variable in a target', () => {
  const written = 'a variable is written ${NAME} or ${NAME:-text}, and a dollar before a brace $$';
  const unset = (name: string): string =>
    `the variable ${name} is not set; \${${name}:-text} would be text then`;
  const kindsOf = (text: string): string => `${text}: ${kinds}`;

  it.each([
    ['${A}', { A: 'x' }, kindsOf('x')],
    ['${A}${B}-${A}', { A: 'x', B: 'y' }, kindsOf('xy-x')],
    ['${A:-z}', { A: 'x' }, kindsOf('x')],
    ['${A:-z}', { A: '' }, kindsOf('z')],
    ['${A:-z}', {}, kindsOf('z')],
    ['${A:-}', {}, kindsOf('')],
    ['${A}', { A: '' }, kindsOf('')],
    ['${A}', { A: '${B}', B: 'no' }, kindsOf('${B}')],
    ['${_a1}', { _a1: 'x' }, kindsOf('x')],
    ['${A}', { AB: 'no' }, unset('A')],
    ['${AB}', { A: 'no' }, unset('AB')],
    ['${PORT}', {}, unset('PORT')],
    ['$A $', { A: 'x' }, kindsOf('$A $')],
    ['$${A} $$', { A: 'x' }, kindsOf('${A} $')],
    ['${A', { A: 'x' }, written],
    ['${}', {}, written],
    ['${1}', {}, written],
    ['${A-z}', { A: 'x' }, written],
    ['${A:-z', {}, written],
    ['${A}', { A: 'x'.repeat(3000) }, 'a target is longer than 2000 bytes'],
  ])('%s with %j', async (target, env, line) => {
    expect(await outcome([healthcheck, target], { env })).toEqual(refused(line));
  });

  it('the port of the app, with a default', async () => {
    await using server = await serve(answers('HTTP/1.1 200 OK\r\n\r\n'));
    const target = 'http://localhost:${PORT:-1}/healthz';
    const env = { PORT: String(server.port) };
    expect(await outcome([healthcheck, target], { env })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await outcome([healthcheck, target], { env: {} })).toEqual(
      refused('http://localhost:1/healthz: connection refused: nothing listens there'),
    );
  });
});

describe('the command line', () => {
  it.each<[args: readonly string[], line: string]>([
    [[], 'no TARGET to look at; try healthcheck --help'],
    [['--'], 'no TARGET to look at; try healthcheck --help'],
    [['--alive'], 'no TARGET to look at; try healthcheck --help'],
    [['-x'], 'unknown option -x; try healthcheck --help'],
    [['--live'], 'unknown option --live; try healthcheck --help'],
    [['--alive=1'], 'unknown option --alive=1; try healthcheck --help'],
    [['--timeouts', '3s'], 'unknown option --timeouts; try healthcheck --help'],
    [['--', '--alive'], `--alive: ${kinds}`],
    [['--timeout'], 'option --timeout needs a value; try healthcheck --help'],
    ...['', '3', '0', '0s', '-1s', 's', '3 s', '3sec', '1.5s', '99999999999h'].map(
      (value): [readonly string[], string] => [
        ['--timeout', value, 'tcp://localhost:1'],
        `bad value "${value}" for --timeout: expected a duration with a unit, such as 3s`,
      ],
    ),
    [['--timeout='], 'bad value "" for --timeout: expected a duration with a unit, such as 3s'],
    [['--alive', 'unix:/x'], '--alive is about an answer over HTTP, and no target is http://'],
  ])('%j is wrong: exit code 1, because Docker reserves 2', async (args, line) => {
    expect(await outcome([healthcheck, ...args])).toEqual(refused(line));
  });

  it.each([
    ['--timeout', '3s', 'http://localhost:1/'],
    ['--timeout=3s', 'http://localhost:1/'],
    ['http://localhost:1/', '--alive', '--timeout', '3s'],
    ['--alive', '--', 'http://localhost:1/'],
  ])('%s %s %s: options may stand anywhere', async (...args) => {
    expect(await outcome([healthcheck, ...args.filter((arg) => arg !== undefined)])).toEqual(
      refused('http://localhost:1/: connection refused: nothing listens there'),
    );
  });

  it.each(['--help', '-h'])(
    '%s prints every option and kind of target to stdout',
    async (option) => {
      const { code, stdout, stderr } = await outcome([healthcheck, option]);
      expect([code, stderr]).toEqual([0, '']);
      for (const text of [
        '--alive',
        '--timeout',
        'http://HOST:PORT',
        'tcp://',
        'unix:/',
        '--version',
      ])
        expect(stdout).toContain(text);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    },
  );

  it.each(['--version', '-V'])('%s prints the version', async (option) => {
    const { code, stdout } = await outcome([healthcheck, option]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^healthcheck \d+\.\d+\.\d+\n$/)]);
  });
});

function refused(line: string) {
  return { code: 1, stdout: '', stderr: `healthcheck: ${line}\n` };
}
