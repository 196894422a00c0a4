// What the reaper costs the Node process that it runs in. After `pnpm build`: node test/dist/bench/reaper/main.js
// Exits with 1 when a piece of work holds the event loop for more than 10 ms, or the memory exceeds 2 MB.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../harness/compile.js';
import { nodes } from '../../harness/nodes.js';
