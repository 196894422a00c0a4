// burst.mjs PROGRAM COUNT: a reaper as PID 1 while PROGRAM makes COUNT orphans at once. Prints how long it held the event
// loop, and how long mere counting does in pieces of the same size.
import { spawn } from 'node:child_process';
import { openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createReaper } from '@twenty-init/core/reaper';

const [program, count] = process.argv.slice(2);
const loop = monitorEventLoopDelay({ resolution: 1 });
const busy = setInterval(() => {}, 1);
const longestTurn = () => {
  const ms = loop.max / 1e6;
  loop.reset();
  return ms;
};
loop.enable();
await delay(200);
longestTurn();
await delay(1000);
const idleMs = longestTurn();

let countingMs = 0;
for (let piece = 0; piece < 300; piece++) {
  const start = performance.now();
  while (performance.now() - start < 1);
  countingMs = Math.max(countingMs, performance.now() - start);
  await delay(3); // as the reaper: from the begin of the turn
}

/** How long this thread was ready to run while the kernel ran another one on its CPU, so far. */
const schedstat = openSync('/proc/thread-self/schedstat');
const buffer = Buffer.alloc(100);
const waitedMs = () => {
  const size = readSync(schedstat, buffer, 0, buffer.length, 0);
  return Number(buffer.latin1Slice(0, size).split(' ')[1]) / 1e6;
};
/** The reaper does its pieces of work in these. */
const { setImmediate } = globalThis;
let waitedBeforeMs = 0;
globalThis.setImmediate = (work) =>
  setImmediate(() => {
    waitedBeforeMs = waitedMs();
    work();
  });

const slices = [];
const reaper = createReaper({
  onSlice: ({ durationMs }) => slices.push({ durationMs, othersMs: waitedMs() - waitedBeforeMs }),
});
// At such a rate all of them are there within the time that a zombie waits.
spawn(program, ['1000000', count], { stdio: 'ignore' });
await delay(100);
longestTurn(); // of the spawn
while (reaper.reaped < Number(count)) await delay(20);
const burstMs = longestTurn();
reaper.close();
clearInterval(busy);

const sorted = (values) => values.sort((a, b) => a - b);
const durations = sorted(slices.map(({ durationMs }) => durationMs));
const own = sorted(slices.map(({ durationMs, othersMs }) => durationMs - othersMs));
console.log(
  JSON.stringify({
    idleMs,
    burstMs,
    countingMs,
    slices: slices.length,
    medianSliceMs: durations[durations.length >> 1],
    longestSliceMs: durations.at(-1),
    longestOwnMs: own.at(-1),
  }),
);
