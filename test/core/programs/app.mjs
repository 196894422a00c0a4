// An app that knows nothing of inits: says its arguments, leaves an orphan behind, and has a Worker.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

spawn('sh', ['-c', 'sleep 0.05 & exit 0']).unref();
const worker = new Worker('require("worker_threads").parentPort.postMessage(process.pid)', {
  eval: true,
});
const [pid] = await once(worker, 'message');
process.on('SIGTERM', () => process.exit(7));
console.log(JSON.stringify({ args: process.argv.slice(2), pid, inWorker: pid === process.pid }));
setInterval(() => {}, 1000);
