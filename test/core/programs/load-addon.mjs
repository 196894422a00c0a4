// load-addon.mjs FILE [main]: loads the addon, in the main thread and in a Worker, and calls it: ECHILD is 10.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const [file = workerData, only] = process.argv.slice(2);
const result = createRequire(import.meta.url)(file).waitpid(1);
if (!isMainThread) parentPort.postMessage(result);
else if (only) console.log(`main ${result}`);
else {
  const [inWorker] = await once(
    new Worker(new URL(import.meta.url), { workerData: file }),
    'message',
  );
  console.log(`main ${result}, worker ${inWorker}`);
}
