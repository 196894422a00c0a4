import { defineConfig } from 'vitest/config';

const resultFile = process.env.VITEST_RESULT_FILE;

export default defineConfig({
  test: {
    reporters: ['default', ...(resultFile ? [['json', { outputFile: resultFile }] as const] : [])],
    projects: [
      {
        resolve: { conditions: ['@twenty-init/source'] },
        ssr: { resolve: { conditions: ['@twenty-init/source'] } },
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'examples/minimal/**/*.test.ts'],
          // A hang bound, not a speed claim: the machines are shared and noisy.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
