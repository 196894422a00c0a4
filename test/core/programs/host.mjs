// A host that runs a supervisor, and ends in the way that its argument says. It prints the pids of its children.
import { writeSync } from 'node:fs';
import { createSupervisor } from '@twenty-init/core';

const [way, parentDeath] = process.argv.slice(2);
const options = { command: ['sleep', '1000'], ...(parentDeath && { parentDeath }) };
const pids = [];
const supervisor = createSupervisor(
  [
    { name: 'a', ...options },
    { name: 'b', ...options },
  ],
  { onEvent: ({ type, pid }) => type === 'started' && pids.push(pid) },
);
await supervisor.start();
writeSync(1, `${JSON.stringify(pids)}\n`);

const ways = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('on purpose');
  },
  signal: () => process.kill(process.pid, 'SIGXCPU'),
  wait: () => setInterval(() => {}, 1000),
};
ways[way]();
if (way === 'signal') setInterval(() => {}, 1000);
