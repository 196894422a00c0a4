// Starts a child in a Worker, with every pipe that there can be, and tells how it ended.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { spawnChild } from '@twenty-init/core';

if (isMainThread) {
  new Worker(new URL(import.meta.url)).once('message', (told) => console.log(told));
} else {
  const options = { output: 'pipe', notifyFd: 3 };
  const child = await spawnChild('sh', ['-c', 'echo >&3; echo out; exit 5'], options);
  const ready = await child.ready;
  const [chunk] = await child.stdout.toArray();
  const { exitCode } = await child.exited;
  parentPort.postMessage(`${ready} ${String(chunk).trim()} ${exitCode}`);
}
