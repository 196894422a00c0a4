import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { testFolder } from '../../harness/fixture.ts';
import { nodes } from '../../harness/nodes.ts';
import type { Screen } from '../../harness/screen.ts';
import { quietly } from '../quiet.ts';
import { keep } from '../results.ts';

const megabyte = 2 ** 20;
const limitMs = 50;
/** Four times the text; what is left is for caches. */
const growthLimit = 6;

/** How long twenty-init looks for secrets in a text of its own, and how that grows with the text. */
export function benchMask(show: Screen): void {
  const newest = nodes.filter(([major]) => Number(major) >= 24).at(-1);
  if (newest === undefined) {
    show.claim('a Node that strips types is installed here', false);
    return;
  }
  const [major, node] = newest;
  show.heading(`The mask of our own lines, in ms, by Node ${major}`);
  const measured = measure(node);
  const sizes = Object.keys(Object.values(measured)[0] ?? {});
  show.table([
    ['text of', ...sizes.map((size) => `${Number(size) / 1024} KB`)],
    ...Object.entries(measured).map(([kind, times]) => [
      kind,
      ...sizes.map((size) => (times[size] ?? 0).toFixed(1)),
    ]),
  ]);
  const slowest = Math.max(...Object.values(measured).map((times) => times[megabyte] ?? 0));
  show.claim(
    `1 MB takes at most ${limitMs} ms (${slowest.toFixed(1)} ms at the most)`,
    slowest <= limitMs,
  );
  const growth = Math.max(
    ...Object.values(measured).map((times) => (times[4 * megabyte] ?? 0) / (times[megabyte] ?? 0)),
  );
  show.claim(
    `four times the text takes at most ${growthLimit} times as long (${growth.toFixed(1)})`,
    growth <= growthLimit,
  );
  show.say(`  ${keep('mask', { major, measured })}`);
}

function measure(node: string): Record<string, Record<string, number>> {
  const program = join(testFolder(), 'bench', 'mask', 'mask.mjs');
  const [first = node, ...args] = [...quietly(), node, program];
  return JSON.parse(execFileSync(first, args, { encoding: 'utf8' }));
}
