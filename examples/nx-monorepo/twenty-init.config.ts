import { defineConfig } from 'twenty-init';

export default defineConfig({
  name: 'twenty',
  cwd: import.meta.dirname,
  env: { required: ['PG_DATABASE_URL'] },
  phases: {
    migrate: {
      cwd: 'packages/twenty-server',
      command: ['npm', 'run', 'migrate'],
      skipIf: { env: { DISABLE_DB_MIGRATIONS: 'true' } },
    },
    register: {
      cwd: 'packages/twenty-server',
      command: ['npm', 'run', 'register'],
      skipIf: { env: { DISABLE_CRON_JOBS_REGISTRATION: 'true' } },
      onFailure: 'warn',
      timeout: '60s',
    },
    // The cwd is the root of the monorepo again: Nx finds its workspace, and `npm start` is the root's.
    'exec-app': {
      command: ['npm', 'start'],
      gracePeriod: '30s',
      // npm dies of the SIGTERM that it is sent.
      successExitCodes: [0, 'forwarded'],
    },
  },
});
