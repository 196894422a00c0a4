// Runs a program in the foreground of the terminal, then says whose the terminal is.
import { readFileSync, writeSync } from 'node:fs';
import { spawnChild } from '@twenty-init/core';

const stat = () => readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
const script = 'echo "type a line"; read line && echo "got <$line>"; exit 5';
const child = await spawnChild('sh', ['-c', script], { foreground: true });
const { exitCode } = await child.exited;
const [, , pgid, , , tpgid] = stat();
writeSync(
  1,
  `exit code ${exitCode}, ${pgid === tpgid ? 'terminal is back' : 'terminal is lost'}\n`,
);
