// burst.mjs ORPHANS COUNT: a reaper as PID 1 while COUNT orphans arrive at once. Prints what it cost.
// burst.mjs memory REAPER: how much memory Node has with a reaper (1) or without (0).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const [program, count] = process.argv.slice(2);
if (program === 'memory') await memory(count === '1');
else await burst();

async function burst() {
  const { createReaper } = await import('@twenty-init/core/reaper');
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const busy = setInterval(() => {}, 1);
  const worst = () => {
    const ms = loop.max / 1e6;
    loop.reset();
    return ms;
  };
  loop.enable();
  await delay(200);
  worst();
  await delay(2000);
  const idleMs = worst();

  const slices = [];
  const reaper = createReaper({ onSlice: ({ durationMs }) => slices.push(durationMs) });
  // At such a rate all of them are there within the time that a zombie waits.
  spawn(program, ['1000000', count], { stdio: 'ignore' });
  await delay(100);
  worst(); // of the spawn
  while (reaper.reaped < Number(count)) await delay(20);
  const burstMs = worst();
  reaper.close();
  clearInterval(busy);
  slices.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      idleMs,
      burstMs,
      slices: slices.length,
      medianSliceMs: slices[slices.length >> 1],
      worstSliceMs: slices.at(-1),
    }),
  );
}

async function memory(withReaper) {
  const reaper = withReaper && (await import('@twenty-init/core/reaper')).createReaper();
  await delay(1500); // a first pass, and the quiet after it
  globalThis.gc();
  await delay(100);
  const status = readFileSync('/proc/self/status', 'utf8');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]);
  // The rest of VmRSS are pages of the node executable, which every Node process on the machine shares.
  console.log(JSON.stringify({ ownKib: kib('RssAnon'), residentKib: kib('VmRSS') }));
  if (reaper) reaper.close();
}
