// A host with one child; says "listening" at once after fanOut(), and how the child ended.
import { writeSync } from 'node:fs';
import { fanOut, spawnChild } from '@twenty-init/core';

const script =
  'trap "exit 42" TERM; trap "echo usr1" USR1; echo started; while :; do sleep 0.02; done';
const child = await spawnChild('sh', ['-c', script], { output: 'pipe' });
child.stdout.on('data', (chunk) => writeSync(1, chunk));
await new Promise((resolve) => child.stdout.once('data', resolve));
const fan = fanOut([child]);
writeSync(1, 'listening\n');
const { exitCode } = await child.exited;
fan.close();
writeSync(1, `closed, ${exitCode}\n`);
// Until the test is done with it.
setInterval(() => {}, 1000);
