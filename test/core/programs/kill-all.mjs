// PID 1 with children, one in a session of its own, one stopped, and an orphan of an orphan. Prints who is left.
import { spawn } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { killAll, processTree } from '@twenty-init/core';

const [signal] = process.argv.slice(2);
const start = (script) => spawn('sh', ['-c', script], { stdio: ['ignore', 'inherit', 'inherit'] });
start('setsid sleep 1000 & (setsid sleep 1000 &) ; wait');
start('kill -STOP $$; exec sleep 1000');
const stubborn = start('trap "" TERM; while :; do sleep 0.05; done');
const running = () => processTree(1).children.flatMap((each) => (each.state === 'Z' ? [] : [each]));
const count = () => running().length;
const ignores = () =>
  /^SigIgn:.*[4-7c-f][0-9a-f]{3}$/m.test(readFileSync(`/proc/${stubborn.pid}/status`, 'utf8'));
while (count() < 4 || !ignores() || !running().some(({ state }) => state === 'T'))
  await new Promise(setImmediate);
const got = await killAll({ signal });
if (signal === 'SIGKILL') writeSync(1, `${got.length > 5}, ${count()} left\n`);
else {
  // All but the one that ignores it.
  while (count() > 1) await new Promise(setImmediate);
  writeSync(1, `${got.length > 5}, ${count()} left\n`);
}
process.exit();
