// PID 1 with a reaper; prints how each orphan ended, in the order of its name.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReaper, processTree } from '@twenty-init/core';

const ends = {
  code: 'exit 7',
  term: 'kill -TERM $$',
  abort: 'ulimit -c unlimited; kill -ABRT $$',
  abortWithoutCore: 'ulimit -c 0; kill -ABRT $$',
  realTime: 'kill -37 $$',
  lastRealTime: 'kill -64 $$',
  stopped: 'kill -STOP $$; exit 8',
};
// A shell that has not ended yet would reap it itself.
const orphaned = 'until grep -q "^PPid:.1$" /proc/$$/status; do sleep 0.01; done';
const left = new Map();
const reported = {};
const reaper = createReaper({
  graceMs: 100,
  onReap: ({ pid, ...status }) => {
    reported[left.get(pid)] = status;
    left.delete(pid);
    if (left.size === 1 && [...left.values()][0] === 'stopped') process.emit('onlyTheStopped');
    if (left.size === 0) process.emit('all');
  },
});
for (const [name, script] of Object.entries(ends)) {
  const { stdout } = spawnSync(
    'sh',
    ['-c', `sh -c '${orphaned}; ${script}' >/dev/null 2>&1 & echo $!`],
    {
      cwd: process.argv[2],
    },
  );
  left.set(Number(stdout), name);
}
const keepAlive = setInterval(() => {}, 1000);
await once(process, 'onlyTheStopped');
const [pid] = left.keys();
const { state } = processTree(pid);
process.kill(pid, 'SIGCONT');
await once(process, 'all');
clearInterval(keepAlive);
reaper.close();
console.log(JSON.stringify({ reported, state }));
