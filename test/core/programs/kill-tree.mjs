// Kills the bush while it grows, with our killTree or with tree-kill, and prints what is left of it.
import { spawn } from 'node:child_process';
import { killTree, processTree } from '@twenty-init/core';
import treeKill from 'tree-kill';

const [how] = process.argv.slice(2);
const bystander = spawn('sleep', ['777'], { stdio: 'ignore' });
const bush = spawn(new URL('bush.sh', import.meta.url).pathname, {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let branches = 0;
for await (const chunk of bush.stdout) {
  branches += String(chunk).split('branch').length - 1;
  if (branches === 20) break;
}

const count = (tree) => 1 + tree.children.reduce((sum, child) => sum + count(child), 0);
const before = count(processTree(bush.pid));
if (how === 'tree-kill') await new Promise((resolve) => treeKill(bush.pid, 'SIGKILL', resolve));
else await killTree(bush.pid);

const running = (tree) =>
  tree.children.flatMap((child) => [
    ...(child.state === 'Z' ? [] : [child.pid]),
    ...running(child),
  ]);
const left = running(processTree(process.pid)).filter((pid) => pid !== bystander.pid);
console.log(JSON.stringify({ before, left: left.length, bystander: bystander.kill(0) }));
process.exit();
