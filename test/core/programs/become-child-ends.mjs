// Wants to become another program, and calls that off after a child has ended. Tells how the child ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { become, processTree } from '@twenty-init/core';

const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
const exited = once(child, 'exit');
const canceled = () => {
  process.kill(child.pid, 'SIGKILL');
  while (processTree(child.pid).state !== 'Z');
  return true;
};
await become('true', [], { canceled }).catch(({ code }) => console.log(code));
const [, signal] = await exited;
console.log(signal);
