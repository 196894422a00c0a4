// What signal-exit alone does in PID 1, or in any other process.
import { writeSync } from 'node:fs';
import { onExit } from 'signal-exit';

onExit((_, signal) => writeSync(1, `onExit ${signal}\n`));
writeSync(1, 'ready\n');
setInterval(() => {}, 1000);
