// become.mjs OPTIONS COMMAND [ARGS...]: dirties everything that exec could pass on, then becomes the command. If that
// fails it tells the error, and whether it is still the process that it was.
import { readFileSync, readlinkSync, writeSync } from 'node:fs';
import { become } from '@twenty-init/core';

const [options, command, ...args] = process.argv.slice(2);
let heard = 0;
for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGHUP', 'SIGWINCH'])
  process.on(signal, () => heard++);
// This makes a pipe non-blocking.
process.stdout.write('');
process.stderr.write('');

const state = () => ({
  cwd: process.cwd(),
  limits: readFileSync('/proc/self/limits', 'utf8'),
  signals: readFileSync('/proc/self/status', 'utf8').match(/^Sig(Blk|Ign|Cgt).*$/gm),
  flags: [0, 1, 2].map((fd) => /flags:.*/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))[0]),
});
const before = state();
try {
  await become(command, args, JSON.parse(options));
} catch ({ name, code, message }) {
  const same = JSON.stringify(state()) === JSON.stringify(before);
  process.kill(process.pid, 'SIGTERM');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  writeSync(
    1,
    JSON.stringify({
      name,
      code,
      message,
      same,
      heard,
      exe: readlinkSync('/proc/self/exe') === process.execPath,
    }),
  );
  process.exit();
}
