import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync, statSync } from 'node:fs';
import { healthcheckPath } from '@twenty-init/core';
import { fixture } from '../../harness/fixture.ts';
import type { Screen } from '../../harness/screen.ts';
import { quietly } from '../quiet.ts';
import { keep } from '../results.ts';
import { generator, type Interval, median, medianInterval } from '../statistics.ts';

const rounds = 20;
const limits = { sizeBytes: 16 * 1024, cpuNs: 1_000_000, curl: 10, node: 30 };

/** One look at a server: what people write behind HEALTHCHECK. */
interface Client {
  readonly name: string;
  readonly argv: readonly [program: string, ...args: string[]];
  readonly debianPackage?: string;
  /** How often a round runs it: Node takes as long as hundreds of the others. */
  readonly samples: number;
}

interface Measured {
  readonly client: Client;
  readonly sizeBytes: number;
  /** Of each round. */
  readonly cpuNs: readonly number[];
  readonly wallNs: readonly number[];
}

/** What one look costs beside curl, busybox wget and Node: the same server, in turns, on one CPU. */
export async function benchHealthcheck(show: Screen): Promise<void> {
  show.heading('One look at a server: healthcheck beside what a HEALTHCHECK starts today');
  await using server = await startServer();
  const clients = clientsOf(server.url).filter(({ name, argv: [program], debianPackage }) => {
    if (spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0) return true;
    show.say(`  ${name}: skipped: apt-get install ${debianPackage}`);
    return false;
  });
  const measured = measure(clients);
  const ours = measured[0] as Measured;
  const ratios = new Map(measured.map((peer) => [peer.client.name, ratio(peer, ours)]));
  show.say(`  medians of ${rounds} rounds; a size is without libraries`);
  show.table([
    ['', 'size', 'CPU', 'time', 'CPU, times that of healthcheck (95 %)'],
    ...measured.map((row) => [
      row.client.name,
      `${(row.sizeBytes / 1024).toFixed(0)} KB`,
      `${(median(row.cpuNs) / 1e6).toFixed(2)} ms`,
      `${(median(row.wallNs) / 1e6).toFixed(2)} ms`,
      row === ours ? '' : inWords(ratios.get(row.client.name)),
    ]),
  ]);

  show.claim('size: at most 16 KB', ours.sizeBytes <= limits.sizeBytes);
  show.claim('one look takes less than 1 ms of CPU', median(ours.cpuNs) < limits.cpuNs);
  for (const name of ['curl', 'node'] as const) {
    const found = ratios.get(name);
    if (found !== undefined)
      show.claim(
        `CPU: ${name} takes at least ${limits[name]} times as much (the whole interval)`,
        found.low >= limits[name],
      );
  }
  show.say(`  ${keep('healthcheck', { unit: 'ns', measured })}`);
}

function clientsOf(url: string): Client[] {
  const script = `fetch(${JSON.stringify(url)}).then(({ ok }) => process.exit(ok ? 0 : 1))`;
  return [
    { name: 'healthcheck', argv: [healthcheckPath(), url], samples: 40 },
    {
      name: 'curl',
      argv: ['curl', '-fsS', '-o', '/dev/null', url],
      debianPackage: 'curl',
      samples: 10,
    },
    {
      name: 'busybox wget',
      argv: ['busybox', 'wget', '-q', '-O', '/dev/null', url],
      debianPackage: 'busybox',
      samples: 20,
    },
    { name: 'node', argv: [process.execPath, '-e', script], samples: 1 },
  ];
}

function measure(clients: readonly Client[]): Measured[] {
  const random = generator(rounds);
  const found = clients.map((client) => ({
    client,
    sizeBytes: statSync(pathOf(client.argv[0])).size,
    cpuNs: [] as number[],
    wallNs: [] as number[],
  }));
  for (let round = 0; round < rounds; round++)
    for (const { client, cpuNs, wallNs } of [...found].sort(() => random() - 0.5)) {
      cpuNs.push(stopwatch('cpu', client));
      wallNs.push(stopwatch('wall', client));
    }
  return found;
}

function stopwatch(what: 'cpu' | 'wall', { argv, samples }: Client): number {
  const [program = '', ...args] = [...quietly(), fixture('stopwatch'), what, `${samples}`, ...argv];
  return median(execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n').map(Number));
}

function ratio({ cpuNs }: Measured, ours: Measured): Interval {
  return medianInterval(cpuNs.map((value, round) => value / (ours.cpuNs[round] ?? Number.NaN)));
}

function inWords(interval: Interval | undefined): string {
  if (interval === undefined) return '';
  const [middle, low, high] = [interval.median, interval.low, interval.high].map((value) =>
    value.toFixed(1),
  );
  return `${middle}  (${low} to ${high})`;
}

function pathOf(program: string): string {
  const script = 'command -v "$0"';
  return realpathSync(execFileSync('sh', ['-c', script, program], { encoding: 'utf8' }).trim());
}

/** In a process of its own, because this one waits for the clients. */
async function startServer(): Promise<{ url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const script = `
    const server = require('node:http').createServer((_, response) => response.end('ok'));
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  return {
    url: `http://127.0.0.1:${String(port).trim()}/healthz`,
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}
