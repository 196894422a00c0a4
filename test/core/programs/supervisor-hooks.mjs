// Runs a supervisor and a child whose hooks throw. Tells what was thrown, and whether all has ended nevertheless.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { createSupervisor, spawnChild } from '@twenty-init/core';

const thrown = [];
process.on('uncaughtException', ({ message }) => {
  thrown.push(message);
  process.emit(message);
});
const [stopped, running] = ['stopped', 'running'].map((state) => once(process, state));
const fail = ({ type, state }) => {
  throw new Error(type ?? state);
};
const sleep = ['sleep', '1000'];
const supervisor = createSupervisor([{ name: 'a', command: sleep }], { onEvent: fail });
await supervisor.start();
const exitCode = await supervisor.stop();

const child = await spawnChild('sh', ['-c', 'kill -STOP $$; exec sleep 1000'], {
  onJobChange: fail,
});
await stopped;
child.kill('SIGCONT');
await running;
child.kill('SIGKILL');
const status = await child.exited;
writeSync(1, JSON.stringify({ thrown, exitCode, child: status.exitCode }));
