import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions: ['@twenty-init/source'] },
        ssr: { resolve: { conditions: ['@twenty-init/source'] } },
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'] },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['test/**/*.test.ts'],
          // A hang bound, not a speed claim: the machines are shared and noisy.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
