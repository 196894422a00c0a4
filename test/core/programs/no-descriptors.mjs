// no-descriptors.mjs CASE: uses up its descriptors while a child starts (inherit, pipe, notify) or an orphan ends (reaper), and
// tells whether it has come through.
import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createReaper, spawnChild } from '@twenty-init/core';

/** All but `left`; the result opens them again. */
function useUp(left) {
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch {}
  for (const fd of taken.splice(0, left)) closeSync(fd);
  return () => {
    for (const fd of taken) closeSync(fd);
  };
}

async function startFailure(left, options) {
  const free = useUp(left);
  try {
    await spawnChild('true', [], options);
    return 'started';
  } catch ({ name, code, message }) {
    return `${name} ${code}: ${message}`;
  } finally {
    free();
  }
}

const cases = {
  inherit: async () => [await startFailure(1, {})],
  // With none, one, two left: no pipe, then half of one, then one of the two.
  pipe: async () => {
    const failures = [];
    for (const left of [0, 1, 2, 3]) failures.push(await startFailure(left, { output: 'pipe' }));
    return failures;
  },
  notify: async () => {
    const failures = [];
    for (const left of [0, 1, 2, 3]) failures.push(await startFailure(left, { notifyFd: 3 }));
    return failures;
  },
  reaper: async () => {
    let [looks, reaped] = [0, () => {}];
    const done = new Promise((resolve) => {
      reaped = resolve;
    });
    const reaper = createReaper({ graceMs: 50, onReap: reaped, onSlice: () => looks++ });
    const child = await spawnChild('sh', ['-c', 'sleep 0.3 & exit 0']);
    await child.exited;
    const free = useUp(0);
    const before = looks;
    while (looks < before + 3) await delay(10);
    free();
    setInterval(() => {}, 1000); // a reaper keeps no process running
    await done;
    return reaper.reaped;
  },
};

const warm = await spawnChild('true', [], { output: 'pipe', notifyFd: 3 });
await warm.exited;
for await (const _ of warm.stdout);
for await (const _ of warm.stderr);
const free = () => {
  const fd = openSync('/dev/null');
  closeSync(fd);
  return fd;
};
const lowest = free();
const result = await cases[process.argv[2]]();
await delay(0);
const again = await spawnChild('sh', ['-c', 'exit 5']);
const { exitCode } = await again.exited;
writeSync(1, `${JSON.stringify({ result, exitCode, leaked: free() - lowest })}\n`);
process.exit();
