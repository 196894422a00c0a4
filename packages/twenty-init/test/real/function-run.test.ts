import { describe, expect, it } from 'vitest';
import { runFunction } from '../../src/real/function-run.ts';

describe('a function', () => {
  it('that is stopped while its command starts leaves no command running', async () => {
    const running = runFunction({
      run: async ({ exec }) => {
        await exec(['sleep', '20']).catch(() => {});
      },
      shown: 'run()',
      cwd: '/',
      env: { PATH: process.env.PATH },
    });
    const { exitCode } = await running.stop({ signal: 'SIGTERM', gracePeriodMs: 5000 });
    expect(exitCode).toBe(0);
  });
});
