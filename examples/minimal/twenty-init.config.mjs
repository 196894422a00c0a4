import { defineConfig } from 'twenty-init';

export default defineConfig({
  name: 'minimal',
  env: { required: ['DATABASE_URL'] },
  phases: {
    migrate: {
      command: ['node', 'migrate.js'],
      skipIf: { env: { DISABLE_DB_MIGRATIONS: 'true' } },
      onStop: 'defer',
      idleTimeout: '30m',
    },
    register: {
      command: ['node', 'register.js'],
      retry: { attempts: 3, delay: '2s' },
      timeout: '60s',
    },
    'exec-app': {
      command: ['node', 'server.js'],
      gracePeriod: '30s',
    },
  },
});
