// Runs a supervisor and a child whose hooks throw. Tells what was thrown, and whether all has ended nevertheless.
import { writeSync } from 'node:fs';
import { createSupervisor, spawnChild } from '@twenty-init/core';

const thrown = [];
const stopped = new Promise((resolve) => {
  process.on('uncaughtException', ({ message }) => {
    thrown.push(message);
    if (message === 'stopped') resolve();
  });
});
const fail = ({ type, state }) => {
  throw new Error(type ?? state);
};
const sleep = ['sleep', '1000'];
const supervisor = createSupervisor([{ name: 'a', command: sleep }], { onEvent: fail });
await supervisor.start();
const exitCode = await supervisor.stop();

const child = await spawnChild('sh', ['-c', 'kill -STOP $$; exit 5'], { onJobChange: fail });
await stopped;
child.kill('SIGCONT');
const status = await child.exited;
writeSync(1, JSON.stringify({ thrown, exitCode, child: status.exitCode }));
