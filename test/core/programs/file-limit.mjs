// Starts a shell that tells its limits on open files: by spawnChild, and in a supervisor.
import { createSupervisor, spawnChild } from '@twenty-init/core';

const [program, ...args] = ['sh', '-c', 'echo $(ulimit -Sn) $(ulimit -Hn)'];
const child = await spawnChild(program, args);
await child.exited;
const supervisor = createSupervisor([{ name: 'tell', command: [program, ...args] }]);
await supervisor.start();
await supervisor.ended;
