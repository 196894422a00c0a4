// SIGTERM comes as early as it can after fanOut(): in the same turn of the event loop.
import { fanOut, spawnChild } from '@twenty-init/core';

const child = await spawnChild('sleep', ['1000']);
fanOut([child]);
process.kill(process.pid, 'SIGTERM');
const { signal } = await child.exited;
console.log(signal);
process.exit();
