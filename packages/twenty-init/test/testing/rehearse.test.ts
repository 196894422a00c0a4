import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../src/config/config.ts';
import { type RehearseOptions, rehearse } from '../../src/testing/rehearse.ts';

const run = (app: AppConfig, options: RehearseOptions = {}) =>
  rehearse(
    { phases: { migrate: { command: ['m'] }, 'exec-app': { command: ['app'], ...app } } },
    options,
  );
const readiness = { tcpSocket: 'localhost:80', period: '1h' };

describe('where nothing is said, a rehearsal', () => {
  it('starts in /app', async () => {
    expect((await run({})).log.join('\n')).toContain('m (cwd /app)');
  });

  it('ends after a day', async () => {
    const options: RehearseOptions = { outcomes: { 'exec-app': { readyAfter: '30h' } } };
    expect((await run({ readiness }, options)).durationMs).toBe(24 * 3_600_000);
  });

  it('sends a signal as soon as something has started', async () => {
    const signals = [{ during: 'migrate', signal: 'SIGTERM' }] as const;
    const boot = await run({}, { outcomes: { migrate: { takes: '1h' } }, signals });
    expect(boot.durationMs).toBe(0);
  });

  it('has an app that is ready at once', async () => {
    expect((await run({ readiness })).log.join('\n')).toContain('ready after 0ms');
  });
});
