import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Container, runAsInit } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { freePort } from '../harness/ports.ts';
import { until } from '../harness/wait.ts';

const example = dirname(createRequire(import.meta.url).resolve('embedded-supervisor/package.json'));

describe.each(nodes)('examples/embedded-supervisor in Node %s, as PID 1', (_, node) => {
  const start = async (): Promise<{ server: Container; url: string; worker: number }> => {
    const port = await freePort();
    const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port) };
    const server = await runAsInit([node, 'server.js'], { cwd: example, env });
    await server.seen(/worker \d+: ready/);
    const worker = server.processes().find(({ argv }) => argv[1]?.endsWith('worker.js'));
    return { server, url: `http://127.0.0.1:${port}`, worker: worker?.pid ?? 0 };
  };

  it('serves, passes SIGHUP on to its worker, and reaps what that leaves behind', async () => {
    const { server, url } = await start();
    await using _ = server;
    expect(await (await fetch(url)).json()).toEqual({ hello: 'world' });
    server.kill('SIGHUP');
    await server.seen(/settings read/);
    await server.seen(/"exitCode":0,[^\n]*"msg":"reaped an orphan"/);
    await until('nobody but the two', () => server.processes().length === 2);
  });

  it('starts its worker again', async () => {
    const { server, worker } = await start();
    await using _ = server;
    process.kill(worker, 'SIGKILL');
    await server.seen(/restarting[\s\S]*: ready/);
  });

  it('ends in order at SIGTERM: the job is finished, the request is answered, exit code 0', async () => {
    const { server, url } = await start();
    await using _ = server;
    const answer = fetch(`${url}/report`);
    await server.seen(/report begun/);
    server.kill('SIGTERM');
    expect(await (await answer).json()).toEqual({ report: 'done' });
    expect(await server.exited).toBe(0);
    expect(server.stdout()).toContain('job finished');
  });
});
