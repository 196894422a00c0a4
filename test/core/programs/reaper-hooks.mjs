// A reaper whose hooks throw, in a process that lives through uncaught exceptions.
import { createReaper, spawnChild } from '@twenty-init/core';

const thrown = [];
const reaped = new Promise((resolve) => {
  process.on('uncaughtException', ({ message }) => {
    if (!thrown.includes(message)) thrown.push(message);
    if (message === 'onReap') resolve();
  });
});
const fail = (message) => () => {
  throw new Error(message);
};
const reaper = createReaper({ graceMs: 50, onSlice: fail('onSlice'), onReap: fail('onReap') });
setInterval(() => {}, 1000); // a reaper keeps no process running
await spawnChild('sh', ['-c', 'sleep 0.2 & exit 0']);
await reaped;
console.log(JSON.stringify({ thrown, reaped: reaper.reaped }));
process.exit();
