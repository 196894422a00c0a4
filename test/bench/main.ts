// `pnpm bench [NAME…]`: side by side with what people use today, in one run on this machine. Exits with 1 when a claim
// does not hold.

import { screen } from '../harness/screen.ts';
import { benchBootCost } from './boot-cost/main.ts';
import { benchCopy } from './copy/main.ts';
import { benchHealthcheck } from './healthcheck/main.ts';
import { benchMask } from './mask/main.ts';
import { benchPid1 } from './pid1/main.ts';
import { benchReaper } from './reaper/main.ts';

const benchmarks = {
  'boot-cost': benchBootCost,
  copy: benchCopy,
  healthcheck: benchHealthcheck,
  mask: benchMask,
  pid1: benchPid1,
  reaper: benchReaper,
};

const isBenchmark = (name: string): name is keyof typeof benchmarks =>
  Object.hasOwn(benchmarks, name);

const all = Object.keys(benchmarks);
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
const show = screen();
for (const name of names) {
  if (isBenchmark(name)) await benchmarks[name](show);
  else show.claim(`there is a benchmark "${name}"; it is one of: ${all.join(', ')}`, false);
}
process.exitCode = show.failures().length === 0 ? 0 : 1;
