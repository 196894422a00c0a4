// A host that ends while the child of its supervisor is started: it has a pid, and nobody has heard of its exec.
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { createSupervisor } from '@twenty-init/core';

subscribe('child_process', ({ process: child }) => {
  process.nextTick(() => {
    writeSync(1, `[${child.pid}]\n`);
    process.exit(3);
  });
});
await createSupervisor([{ name: 'a', command: ['sleep', '1000'] }]).start();
