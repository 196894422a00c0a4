import { describe, expect, it } from 'vitest';
import { originalFileLimit } from '../../src/process/file-limit.ts';
import { realSystem } from '../../src/system.ts';

type Limits = readonly [soft: number, hard: number];

function systemWith(own: Limits, parent?: Limits) {
  const readProc = (path: string): string => {
    const found = path === 'self/limits' ? own : parent;
    if (found === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    const [soft, hard] = found;
    return `Max processes 99 99 processes\nMax open files            ${soft}   ${hard}   files\n`;
  };
  return { ...realSystem, ppid: 7, readProc };
}

describe('the soft limit on open files', () => {
  it.each<[string, Limits, Limits | undefined, number]>([
    ['that Node raised is that of the parent', [5000, 5000], [300, 5000], 300],
    ['that a user raised with ulimit -n is kept', [65_536, 65_536], [1024, 1_048_576], -1],
    ['that a user lowered with ulimit -n is kept', [512, 512], [1024, 1_048_576], -1],
    ['that was set since is kept', [2048, 1_048_576], [1024, 1_048_576], -1],
    ['is kept where there is no parent to ask', [5000, 5000], undefined, -1],
  ])('%s', (_, own, parent, expected) => {
    expect(originalFileLimit(systemWith(own, parent))).toBe(expected);
  });
});
