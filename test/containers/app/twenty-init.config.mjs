import { defineConfig } from 'twenty-init';

export default defineConfig({
  name: 'app',
  cwd: '/app',
  phases: {
    migrate: { cwd: 'database', command: ['node', 'migrate.js'] },
    register: { command: ['node', 'register.js'], onFailure: 'warn' },
    'exec-app': {
      command: ['npm', 'start'],
      gracePeriod: '8s',
      successExitCodes: [0, 'forwarded'],
    },
  },
});
