// A host whose child has ended and left something in its group that ignores SIGTERM, as npm leaves a server. That prints
// its pid.
import { writeSync } from 'node:fs';
import { createSupervisor } from '@twenty-init/core';

const script = `trap '' TERM; sh -c 'echo "[$$]"; exec sleep 1000' & exit 0`;
const onEvent = ({ type }) => type === 'ended' && writeSync(1, 'ended\n');
await createSupervisor([{ name: 'a', command: ['sh', '-c', script] }], { onEvent }).start();
