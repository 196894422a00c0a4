// become-from-nowhere.mjs CWD COMMAND [ARGS...]: becomes a command in CWD from a directory that has been deleted. When that
// fails it tells the error, and whether SIGTERM, whose listener went meanwhile, has its default action.
import { mkdtempSync, readFileSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { become } from '@twenty-init/core';

const [cwd, command, ...args] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'nowhere-'));
process.chdir(folder);
rmdirSync(folder);
const listener = () => {};
process.on('SIGTERM', listener);
const canceled = () => {
  process.off('SIGTERM', listener);
  return false;
};
try {
  await become(command, args, { canceled, ...(cwd && { cwd }) });
} catch ({ name, code }) {
  const [, caught] = /^SigCgt:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const deaf = (BigInt(`0x${caught}`) & (1n << 14n)) !== 0n;
  writeSync(1, JSON.stringify({ name, code, deaf }));
  process.exit();
}
