import { healthcheckPath } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { answers, type Behaviour, drips, serve } from '../harness/misbehaving-server.ts';
import { outcome } from '../harness/run.ts';

const healthcheck = healthcheckPath();

const booting =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nboot-PHASE:  migrate \r\n\r\n';

/** What a server answers, and what is said of it: an empty text when it is healthy. */
const table: readonly (readonly [name: string, answer: string, line: string])[] = [
  ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', ''],
  ['204 without a header', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
  ['a status line without a reason', 'HTTP/1.1 200\r\n\r\n', ''],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n', ''],
  ['lines that end in LF alone', 'HTTP/1.1 200 OK\nServer: x\n\n', ''],
  ['a redirect, which is not followed', 'HTTP/1.1 301 Moved\r\nLocation: /login\r\n\r\n', ''],
  ['399', 'HTTP/1.1 399 x\r\n\r\n', ''],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n', ''],
  [
    '100 and 103, then 200',
    'HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    '',
  ],
  ['102, then 500', 'HTTP/1.1 102 P\r\n\r\nHTTP/1.1 500 x\r\n\r\n', 'answered 500'],
  ['101, which nobody asked for', 'HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n', 'answered 101'],
  ['400', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'answered 400'],
  ['404', 'HTTP/1.1 404 Not Found\r\n\r\n', 'answered 404'],
  ['500', 'HTTP/1.1 500 Internal Server Error\r\n\r\n', 'answered 500'],
  ['503', 'HTTP/1.1 503 Service Unavailable\r\n\r\n', 'answered 503'],
  ['503 of a boot', booting, 'answered 503, it still boots: migrate '],
  [
    'a phase that would be a second line',
    booting.replace('migrate', 'a\x1b[31m\tb'),
    'answered 503, it still boots: a?[31m?b ',
  ],
  [
    'a phase that is no end',
    booting.replace('migrate', 'x'.repeat(9000)),
    `answered 503, it still boots: ${'x'.repeat(61)}...`,
  ],
  ['599', 'HTTP/1.1 599 x\r\n\r\n', 'answered 599'],
  ['nothing, and closes', '', 'closed the connection without an answer'],
  [
    'a status line that breaks off',
    'HTTP/1.1 20',
    'closed the connection in the middle of its headers',
  ],
  [
    'headers that break off',
    'HTTP/1.1 200 OK\r\nServer: x\r\n',
    'closed the connection in the middle of its headers',
  ],
  ['garbage', '\0\x01\x02\xff', 'what it answered is not HTTP/1'],
  ['another protocol', '-ERR unknown command\r\n', 'what it answered is not HTTP/1'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'what it answered is not HTTP/1'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'what it answered is not HTTP/1'],
  ['a status below 100', 'HTTP/1.1 099 x\r\n\r\n', 'what it answered is not HTTP/1'],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n', 'what it answered is not HTTP/1'],
  ['the frames of HTTP/2', '\0\0\x12\x04\0\0\0\0\0', 'what it answered is not HTTP/1'],
  [
    'an alert of TLS',
    '\x15\x03\x01\0\x02\x02\x46',
    'it speaks TLS there, which is not looked at: name a plain port',
  ],
  ['an answer without a status line', '<html>hello</html>', 'what it answered is not HTTP/1'],
];

describe('a server that answers', () => {
  it.each(table)('%s', async (_, answer, line) => {
    await using server = await serve(answers(answer));
    expect(await look(server.port)).toEqual(said(server.port, line));
  });

  it('a body that comes late, or never, is not waited for', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n';
    await using server = await serve(answers(head, { ends: false }));
    expect(await look(server.port)).toEqual(said(server.port, ''));
  });

  it('a body that is there is read, so that the connection is closed and not reset', async () => {
    const ended: string[] = [];
    await using server = await serve((socket) => {
      socket.once('error', () => ended.push('error'));
      socket.once('end', () => ended.push('end'));
      answers(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(30_000)}`, { ends: false })(socket);
      socket.once('close', () => ended.push('close'));
    });
    expect(await look(server.port)).toEqual(said(server.port, ''));
    await expect.poll(() => ended).toEqual(['end', 'close']);
  });

  it('an answer in pieces of one byte', async () => {
    const text = 'HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nServer: x\r\n\r\n';
    await using server = await serve((socket) => {
      let at = 0;
      const next = (): void => {
        if (at < text.length) socket.write(text.charAt(at++), () => setImmediate(next));
      };
      socket.setNoDelay();
      socket.once('data', next);
    });
    expect(await look(server.port)).toEqual(said(server.port, ''));
  });
});

describe('--alive', () => {
  it.each([
    ['a 503 that carries Boot-Phase', booting, ''],
    ['200', 'HTTP/1.1 200 OK\r\n\r\n', ''],
    ['a 503 without', 'HTTP/1.1 503 x\r\n\r\n', 'answered 503'],
    [
      'a 503 after an interim answer that had it',
      `HTTP/1.1 103 x\r\nBoot-Phase: x\r\n\r\nHTTP/1.1 503 x\r\n\r\n`,
      'answered 503',
    ],
    [
      'a 503 with it in another header',
      'HTTP/1.1 503 x\r\nX-Boot-Phase: x\r\nX: Boot-Phase: y\r\n\r\n',
      'answered 503',
    ],
    ['a 500 that carries it', booting.replace('503', '500'), 'answered 500'],
  ])('%s', async (_, answer, line) => {
    await using server = await serve(answers(answer));
    expect(await look(server.port, '--alive')).toEqual(said(server.port, line));
  });
});

describe('a server that does not let go ends with --timeout', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  it.each<[string, Behaviour, string]>([
    ['accepts, and is silent', () => {}, 'connected, but no answer in 300 ms'],
    [
      'does not end its status line',
      answers('HTTP/1.1 200 O', { ends: false }),
      'the headers of its answer did not end in 300 ms',
    ],
    [
      'does not end its headers',
      answers(`${head}Server: x\r\n`, { ends: false }),
      'the headers of its answer did not end in 300 ms',
    ],
    [
      'drips a header byte by byte',
      drips(`${head}X: `, 'x', 20),
      'the headers of its answer did not end in 300 ms',
    ],
    [
      'drips header after header',
      drips(head, 'X: y\r\n', 20),
      'the headers of its answer did not end in 300 ms',
    ],
    [
      'sends 100 again and again',
      drips('', 'HTTP/1.1 100 C\r\n\r\n', 20),
      'the headers of its answer did not end in 300 ms',
    ],
  ])('%s', async (_, behave, line) => {
    await using server = await serve(behave);
    expect(await look(server.port, '--timeout', '300ms')).toEqual(said(server.port, line));
  });

  it.each<[string, string]>([
    ['headers without end', 'X: y\r\n'.repeat(1000)],
    ['one header without end', 'x'.repeat(6000)],
    ['interim answers without end', '\r\nHTTP/1.1 100 C\r\n'.repeat(300)],
  ])('or earlier: %s', async (_, text) => {
    await using server = await serve((socket) => {
      const flood = (): void => {
        while (socket.writable && socket.write(text));
      };
      socket.write('HTTP/1.1 100 C\r\n');
      socket.on('drain', flood);
      flood();
    });
    expect(await look(server.port, '--timeout', '1h')).toEqual(
      said(server.port, 'the headers of its answer are longer than 64 KB'),
    );
  });

  it('resets the connection', async () => {
    await using server = await serve((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    expect(await look(server.port)).toEqual(
      said(server.port, 'reset the connection without an answer'),
    );
  });

  it('resets it in the middle of its headers', async () => {
    await using server = await serve((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\n', () => setTimeout(() => socket.resetAndDestroy(), 50)),
      );
    });
    expect(await look(server.port)).toEqual(
      said(server.port, 'reset the connection in the middle of its headers'),
    );
  });
});

it('sends one request that every server understands, and no more than that', async () => {
  await using server = await serve(answers('HTTP/1.1 200 OK\r\n\r\n'));
  await outcome([healthcheck, `http://localhost:${server.port}/a/b?c=d&e=%20#f`]);
  expect(server.received()).toMatch(
    new RegExp(
      `^GET /a/b\\?c=d&e=%20 HTTP/1\\.1\\r\\nHost: localhost:${server.port}\\r\\n` +
        'User-Agent: healthcheck/[0-9.]+\\r\\nAccept: \\*/\\*\\r\\nConnection: close\\r\\n\\r\\n$',
    ),
  );
});

it.each([
  ['', '/'],
  ['/', '/'],
  ['?a', '/?a'],
  ['#a', '/'],
])('asks for the right path: "%s"', async (written, path) => {
  await using server = await serve(answers('HTTP/1.1 200 OK\r\n\r\n'));
  await outcome([healthcheck, `http://127.0.0.1:${server.port}${written}`]);
  expect(server.received()).toMatch(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`);
});

function look(port: number, ...options: readonly string[]) {
  return outcome([healthcheck, ...options, `http://127.0.0.1:${port}/healthz`]);
}

function said(port: number, line: string) {
  const stderr = line === '' ? '' : `healthcheck: http://127.0.0.1:${port}/healthz: ${line}\n`;
  return { code: line === '' ? 0 : 1, stdout: '', stderr };
}
