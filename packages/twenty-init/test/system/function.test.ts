import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../src/config/config.ts';
import { runFunction } from '../../src/system/function.ts';

describe('a function', () => {
  it('that is stopped while its command starts leaves no command running', async () => {
    const work = {
      run: async ({ exec }: RunContext) => {
        await exec(['sleep', '20']).catch(() => {});
      },
      shown: 'run()',
      cwd: '/',
      env: { PATH: process.env.PATH ?? '' },
    };
    const running = runFunction(work, 'migrate');
    const { exitCode } = await running.stop({ signal: 'SIGTERM', gracePeriodMs: 5000 });
    expect(exitCode).toBe(0);
  });
});
