import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/boot/plan.ts';
import type { Config } from '../../src/config/config.ts';

const config: Config = {
  cwd: '/app',
  phases: {
    migrate: { command: ['migrate'], cwd: 'packages/server', env: { LEVEL: 'phase' } },
    register: { command: ['register'], cwd: '/elsewhere', timeout: '1m30s' },
    'exec-app': {
      command: ['npm', 'start'],
      gracePeriod: '5s',
      successExitCodes: [0, 'forwarded'],
    },
  },
};

const inputs = { cwd: '/started/here', env: { LEVEL: 'container', OLDPWD: '/old' }, cmd: [] };

describe('a plan', () => {
  it('resolves each cwd on its own: none leaks into the next phase', () => {
    const { phases, app } = makePlan(config, inputs);
    expect(phases.map(({ cwd }) => cwd)).toEqual(['/app/packages/server', '/elsewhere']);
    expect(app.cwd).toBe('/app');
  });

  it('gives each command its own environment, with PWD as its cwd', () => {
    const { phases, app } = makePlan(config, inputs);
    expect(phases[0]?.env).toEqual({ LEVEL: 'phase', PWD: '/app/packages/server' });
    expect(app.env).toEqual({ LEVEL: 'container', PWD: '/app' });
  });

  it('starts in the directory of twenty-init when the config has no cwd', () => {
    const { cwd: _, ...rest } = config;
    expect(makePlan(rest, inputs).app.cwd).toBe('/started/here');
  });

  it('turns durations into milliseconds', () => {
    const { phases, app } = makePlan(config, inputs);
    expect(phases.map(({ timeoutMs }) => timeoutMs)).toEqual([0, 90_000]);
    expect(app.gracePeriodMs).toBe(5000);
    expect(app.forwardedIsSuccess).toBe(true);
  });

  it('runs the CMD in place of the command of exec-app', () => {
    const { app } = makePlan(config, { ...inputs, cmd: ['npm', 'start', '--verbose'] });
    expect(app.argv).toEqual(['npm', 'start', '--verbose']);
  });

  it('skips a phase only when every variable of skipIf has its value', () => {
    const skipIf = { env: { A: '1', B: '2' } };
    const one = { phases: { one: { command: ['x'], skipIf }, 'exec-app': { command: ['y'] } } };
    const skippedWith = (env: NodeJS.ProcessEnv) =>
      makePlan(one, { ...inputs, env }).phases[0]?.skipped;
    expect(skippedWith({ A: '1', B: '2' })).toBe('skipIf.env A, B');
    expect(skippedWith({ A: '1', B: '3' })).toBeUndefined();
    expect(skippedWith({ A: '1' })).toBeUndefined();
  });
});
