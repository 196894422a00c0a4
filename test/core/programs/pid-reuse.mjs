// As PID 1: waits for the end of a child, starts a stranger that gets its pid and leads a group of its own, and does with
// the child what the argument says. Tells whether the stranger has lived through it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fanOut, spawnChild } from '@twenty-init/core';

const child = await spawnChild('true', []);
await child.exited;

async function startStranger() {
  for (;;) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(child.pid - 1));
    const stranger = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    if (stranger.pid === child.pid) return stranger;
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  }
}

const stranger = await startStranger();
const ways = {
  stop: async () => (await child.stop({ gracePeriodMs: 50 })).killed,
  group: () => [child.group.members(), child.group.kill('SIGTERM')],
  fanOut: async () => {
    const fan = fanOut([child]);
    for (const _ of [1, 2]) {
      process.kill(process.pid, 'SIGINT');
      await once(process, 'SIGINT');
    }
    fan.close();
    return [];
  },
};
const did = await ways[process.argv[2]]();
const ended = once(stranger, 'exit');
// Of two signals to a process that ends by each, the first one that was sent is the one that it ends by.
stranger.kill('SIGUSR2');
const [, signal] = await ended;
console.log(JSON.stringify({ did, strangersEnd: signal }));
process.exit();
