import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { healthcheckPath } from '@twenty-init/core';
import { afterAll, describe, expect, it } from 'vitest';
import { runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { answers, serve } from '../harness/misbehaving-server.ts';
import { freePort } from '../harness/ports.ts';
import { outcome } from '../harness/run.ts';

const healthcheck = healthcheckPath();
const folder = mkdtempSync(join(tmpdir(), 'healthcheck-'));
afterAll(() => rmSync(folder, { recursive: true }));

const healthy = { code: 0, stdout: '', stderr: '' };
const ok = answers('HTTP/1.1 200 OK\r\n\r\n');
const nobody = 'connection refused: nothing listens there';
const unhealthy = (...reasons: readonly string[]) => ({
  code: 1,
  stdout: '',
  stderr: `healthcheck: ${reasons.join('; ')}\n`,
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((at) => at?.address === '::1');
if (!hasIpv6) process.stderr.write('healthcheck over IPv6: skipped: loopback has no ::1 here\n');

describe('an address', () => {
  const addresses = [
    ['127.0.0.1', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['127.0.0.1', '[::ffff:127.0.0.1]'],
    ['127.0.0.1', '[::FFFF:7f00:1]'],
    ['127.1.2.3', '127.1.2.3'],
    ['::1', 'localhost'],
    ['::1', '[::1]'],
    ['::1', '[0:0:0:0:0:0:0:1]'],
    ['::1', '[0000:0::0001]'],
    ['::', '127.0.0.1'],
  ] as const;
  it.each(addresses.filter(([host]) => hasIpv6 || !host.includes(':')))(
    'of a server on %s: %s',
    async (host, written) => {
      await using server = await serve(ok, { host });
      for (const target of [`http://${written}:${server.port}`, `tcp://${written}:${server.port}`])
        expect(await outcome([healthcheck, target]), target).toEqual(healthy);
      expect(server.received()).toContain(`Host: ${written}:${server.port}\r\n`);
    },
  );

  it.skipIf(!hasIpv6)(
    'localhost is 127.0.0.1 first, and ::1 only where nobody listens there',
    async () => {
      await using first = await serve(answers('HTTP/1.1 500 x\r\n\r\n'));
      await using _ = await serve(ok, { host: '::1', port: first.port });
      const target = `http://localhost:${first.port}/`;
      expect(await outcome([healthcheck, target])).toEqual(unhealthy(`${target}: answered 500`));
    },
  );

  it('port 80 is that of http:// without one', async () => {
    const { stderr } = await outcome([healthcheck, 'http://127.0.0.1']);
    expect(stderr).toBe(`healthcheck: http://127.0.0.1: ${nobody}\n`);
  });

  it('a wrong port: nobody listens there', async () => {
    const port = await freePort();
    for (const scheme of ['http', 'tcp'])
      for (const host of ['localhost', '127.0.0.1', ...(hasIpv6 ? ['[::1]'] : [])]) {
        const target = `${scheme}://${host}:${port}`;
        expect(await outcome([healthcheck, target])).toEqual(unhealthy(`${target}: ${nobody}`));
      }
  });

  it('a server that is up and accepts nobody, its queue being full', async () => {
    await using server = await runAsSubreaper([fixture('never-accepts')]);
    const [, port] = await server.seen(/port (\d+)/);
    const target = `tcp://127.0.0.1:${port}`;
    expect(await outcome([healthcheck, target])).toEqual(healthy);
    expect(await outcome([healthcheck, '--timeout', '300ms', target])).toEqual(
      unhealthy(`${target}: no connection in 300 ms`),
    );
  });

  it('a client that the kernel connects to itself, where nobody listens, is not a server', async () => {
    const alone = [fixture('one-port'), '40000', healthcheck];
    for (const target of [
      'tcp://127.0.0.1:40000',
      'tcp://0.0.0.0:40000',
      'http://localhost:40000/',
    ])
      expect(await outcome([...alone, target])).toEqual(unhealthy(`${target}: ${nobody}`));
  });
});

describe('a unix socket', () => {
  const path = join(folder, 'app.sock');

  it('unix:/SOCKET is healthy when it accepts', async () => {
    await using _ = await serve(() => {}, { path });
    expect(await outcome([healthcheck, `unix:${path}`])).toEqual(healthy);
  });

  it.each([
    ['', '/'],
    [':', '/'],
    [':/healthz', '/healthz'],
    [':/a:b?c', '/a:b?c'],
  ])('http://unix:/SOCKET%s asks for %s over it', async (written, asked) => {
    await using server = await serve(ok, { path });
    expect(await outcome([healthcheck, `http://unix:${path}${written}`])).toEqual(healthy);
    expect(server.received()).toMatch(`GET ${asked} HTTP/1.1\r\nHost: localhost\r\n`);
  });

  it('http://unix:/SOCKET:/PATH judges the answer', async () => {
    await using _ = await serve(answers('HTTP/1.1 503 x\r\nBoot-Phase: migrate\r\n\r\n'), { path });
    const target = `http://unix:${path}:/healthz`;
    expect(await outcome([healthcheck, target])).toEqual(
      unhealthy(`${target}: answered 503, it still boots: migrate`),
    );
    expect(await outcome([healthcheck, '--alive', target])).toEqual(healthy);
  });

  it('that is not there, or is something else', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const missing = 'there is no such socket';
    for (const [wrong, reason] of [
      [join(folder, 'missing'), missing],
      [join(file, 'below'), missing],
      [file, nobody],
      [folder, nobody],
    ])
      expect(await outcome([healthcheck, `unix:${wrong}`])).toEqual(
        unhealthy(`unix:${wrong}: ${reason}`),
      );
  });

  it('whose queue is full', async () => {
    const full = join(folder, 'full.sock');
    await using server = await runAsSubreaper([fixture('never-accepts'), full]);
    await server.seen(/port/);
    expect(await outcome([healthcheck, `unix:${full}`])).toEqual(healthy);
    expect(await outcome([healthcheck, '--timeout', '300ms', `unix:${full}`])).toEqual(
      unhealthy(`unix:${full}: no connection in 300 ms`),
    );
  });
});

describe('several targets: the first that answers decides', () => {
  it('the second, where nobody listens on the first', async () => {
    await using second = await serve(ok);
    const nowhere = `tcp://127.0.0.1:${await freePort()}`;
    expect(await outcome([healthcheck, nowhere, `http://127.0.0.1:${second.port}`])).toEqual(
      healthy,
    );
  });

  it('the first, whatever the second would have said', async () => {
    await using first = await serve(answers('HTTP/1.1 500 x\r\n\r\n'));
    await using second = await serve(ok);
    const target = `http://127.0.0.1:${first.port}/`;
    expect(await outcome([healthcheck, target, `tcp://127.0.0.1:${second.port}`])).toEqual(
      unhealthy(`${target}: answered 500`),
    );
    expect(second.received()).toBe('');
  });

  it('one that hangs has its part of the time, and leaves the others theirs', async () => {
    await using silent = await serve(() => {});
    await using second = await serve(ok);
    const targets = [`http://127.0.0.1:${silent.port}`, `http://127.0.0.1:${second.port}`];
    expect(await outcome([healthcheck, '--timeout', '2s', ...targets])).toEqual(healthy);
  });

  it('none: one line has the reasons of all', async () => {
    await using silent = await serve(() => {});
    const hangs = `http://127.0.0.1:${silent.port}`;
    const nowhere = `tcp://127.0.0.1:${await freePort()}`;
    expect(await outcome([healthcheck, '--timeout', '600ms', hangs, nowhere])).toEqual(
      unhealthy(`${hangs}: connected, but no answer in 300 ms`, `${nowhere}: ${nobody}`),
    );
  });

  it('so many that their reasons do not fit: the line is cut, and ends', async () => {
    const targets = Array.from({ length: 60 }, (_, index) => `unix:/${'x'.repeat(90)}${index}`);
    const { code, stderr } = await outcome([healthcheck, ...targets]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^healthcheck: [^\n]{3000,}\n$/);
    expect(stderr.length).toBeLessThanOrEqual(4096);
  });
});
