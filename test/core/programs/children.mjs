// Starts children in every way that Node has, in the main thread or in a Worker, each with an end of its own, and
// tells which of them reported another one.
import { exec, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

const harmless = ['CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'WINCH', 'IOT', 'POLL'];
const deadly = Object.keys(constants.signals).filter((name) => !harmless.includes(name.slice(3)));
const script = fileURLToPath(new URL('end.sh', import.meta.url));

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const randomEnd = () =>
  Math.random() < 0.5
    ? { code: Math.floor(Math.random() * 256), signal: null }
    : { code: null, signal: pick(deadly) };
const word = ({ code, signal }) =>
  signal === null ? String(code) : `-${constants.signals[signal]}`;

const ways = {
  spawn: (end) => exitOf(spawn(script, [word(end)], { stdio: 'ignore' })),
  exec: (end) => exitOf(exec(`exec ${script} ${word(end)}`)),
  fork: (end) =>
    exitOf(
      fork(script, [word(end)], {
        execPath: '/bin/sh',
        execArgv: [],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
    ),
  execFileSync: async (end) => {
    try {
      execFileSync(script, [word(end)], { stdio: 'ignore' });
      return { code: 0, signal: null };
    } catch (error) {
      return { code: error.status, signal: error.signal };
    }
  },
};

async function exitOf(child) {
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}

/** Must fail with ENOENT each time; libuv waits for the child whose exec failed by itself. */
async function failToExec() {
  const [error] = await once(spawn('/no/such/program'), 'error');
  return error.code;
}

export async function runChildren(count) {
  const wrong = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const number = next++;
      const [way, start] = Object.entries(ways)[number % 4];
      const end = randomEnd();
      const got = await start(end);
      if (got.code !== end.code || got.signal !== end.signal) wrong.push({ way, end, got });
      if (number % 10 === 0) {
        const code = await failToExec();
        if (code !== 'ENOENT') wrong.push({ way: 'failed exec', code });
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  return wrong;
}

if (!isMainThread) parentPort.postMessage(await runChildren(workerData));
