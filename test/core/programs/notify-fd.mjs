// notify-fd.mjs: starts Node programs with a descriptor to say that they are ready on, and tells what it heard of them.
import { writeSync } from 'node:fs';
import { spawnChild } from '@twenty-init/core';

const start = (fd, code) =>
  spawnChild(process.execPath, ['-e', code], { stdin: 'ignore', notifyFd: fd });

/** In the order in which it is heard. */
async function heard({ ready, exited }) {
  const told = [];
  await Promise.all([
    ready.then((is) => told.push(`ready ${is}`)),
    exited.then(({ exitCode }) => told.push(`exit ${exitCode}`)),
  ]);
  return told.join(', ');
}

const say = (fd) => `fs.writeSync(${fd}, "\\n"); fs.closeSync(${fd});`;
const result = {};
for (const fd of [3, 4, 9]) {
  const server = await start(fd, `${say(fd)} setInterval(() => {}, 1000)`);
  result[`${fd} ready`] = await server.ready;
  server.kill('SIGKILL');
  await server.exited;
  result[`${fd} ends at once`] = await heard(await start(fd, `${say(fd)} process.exit(5)`));
  // Every thread of it holds the descriptor.
  result[`${fd} dies before`] = await heard(await start(fd, 'process.exit(6)'));
  const closed = await start(fd, `fs.closeSync(${fd}); setInterval(() => {}, 1000)`);
  result[`${fd} closed`] = await closed.ready;
  closed.kill('SIGKILL');
  await closed.exited;
}
writeSync(1, `${JSON.stringify(result)}\n`);
