// PID 1 with a reaper, a flood of orphans, and children of every kind, all at the same time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import pty from '@lydell/node-pty';
import { createReaper, processTree } from '@twenty-init/core';
import { runChildren } from './children.mjs';

const [orphans, rate, count] = process.argv.slice(2);
const codes = new Array(256).fill(0);
const reaper = createReaper({ onReap: ({ exitCode }) => codes[exitCode]++ });
const flood = spawn(orphans, [rate, count], { stdio: 'ignore' });
const flooded = once(flood, 'exit');

const inWorker = (children) =>
  once(new Worker(new URL('children.mjs', import.meta.url), { workerData: children }), 'message');
const inPty = async (number) => {
  const wanted = (number * 5) % 256;
  const session = pty.spawn('sh', ['-c', `sleep 0.${number % 10}; exit ${wanted}`], {});
  const { exitCode } = await new Promise((resolve) => session.onExit(resolve));
  return exitCode === wanted ? [] : [{ way: 'pty', wanted, exitCode }];
};
const wrong = await Promise.all([
  runChildren(260),
  inWorker(120).then(([result]) => result),
  inWorker(120).then(([result]) => result),
  // Under Bun node-pty reports exit code 0 at once, also without a reaper.
  ...Array.from({ length: process.versions.bun ? 0 : 50 }, (_, number) => inPty(number)),
]);
const duringFlood = flood.exitCode === null;
await flooded;
while (reaper.reaped < Number(count)) await new Promise((resolve) => setTimeout(resolve, 20));

reaper.close();
console.log(
  JSON.stringify({
    wrong: wrong.flat(),
    duringFlood,
    reaped: reaper.reaped,
    codes: Math.max(...codes) - Math.min(...codes),
    zombies: processTree(1).children.filter(({ state }) => state === 'Z').length,
  }),
);
process.exit();
