import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { withDefaults } from '../../src/config/with-defaults.ts';
import { isAppCommand } from '../../src/plan/app.ts';
import { makePlan, type PlanInputs } from '../../src/plan/plan.ts';

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

const inputs: PlanInputs = {
  cwd: '/started/here',
  env: { LEVEL: 'container', OLDPWD: '/old' },
  cmd: [],
};
const planned = (given: Config, having: PlanInputs) => makePlan(withDefaults(given), having);
const planOf = (given: Config, more: Partial<PlanInputs> = {}) =>
  planned(given, { ...inputs, ...more }).plan;

describe('a plan', () => {
  it('resolves each cwd on its own: none leaks into the next phase', () => {
    const { phases, app } = planOf(config);
    expect(phases.map(({ cwd }) => cwd)).toEqual(['/app/packages/server', '/elsewhere']);
    expect(app.cwd).toBe('/app');
  });

  it('gives each command its own environment, with PWD as its cwd', () => {
    const { phases, app } = planOf(config);
    expect(phases[0]?.steps[0]?.work.env).toEqual({ LEVEL: 'phase', PWD: '/app/packages/server' });
    expect(app.env).toEqual({ LEVEL: 'container', PWD: '/app' });
  });

  it('tells the app, and nothing else, the descriptor of its readiness', () => {
    const { 'exec-app': app, ...before } = config.phases;
    const phases = { ...before, 'exec-app': { ...app, readiness: { notifyFd: 9 } } };
    for (const cmd of [[], ['npm', 'start', '--verbose']]) {
      const plan = planOf({ ...config, phases }, { cmd });
      expect(plan.app.env).toEqual({ LEVEL: 'container', PWD: '/app', NOTIFY_FD: '9' });
      expect(plan.phases[0]?.steps[0]?.work.env).not.toHaveProperty('NOTIFY_FD');
    }
  });

  it('starts in the directory of twenty-init when the config has no cwd', () => {
    const { cwd: _, ...rest } = config;
    expect(planOf(rest).app.cwd).toBe('/started/here');
  });

  it('turns durations into milliseconds', () => {
    const { phases, app } = planOf(config);
    expect(phases.map(({ timeoutMs }) => timeoutMs)).toEqual([0, 90_000]);
    expect(app.gracePeriodMs).toBe(5000);
    expect(app.forwardedIsSuccess).toBe(true);
  });

  it('runs the CMD in place of the command of exec-app', () => {
    const { app } = planOf(config, { cmd: ['npm', 'start', '${NOT_EXPANDED}'] });
    expect(app).toMatchObject({ argv: ['npm', 'start', '${NOT_EXPANDED}'] });
  });

  it('gives a string to its shell as it is written: variables are for the shell to fill in', () => {
    const { plan, problems } = planned(
      {
        cwd: '/app',
        phases: {
          load: { shell: 'bash', command: 'zcat ${DUMP:-x}.gz |\n  psql "$URL" # $$ ${NOT_SET}\n' },
          seed: { steps: [{ name: 'one', shell: '/bin/sh', command: 'cat *.sql' }] },
          'exec-app': { shell: '/bin/sh', command: 'exec node "$ENTRY"' },
        },
      },
      { cwd: '/', env: { DUMP: 'd', URL: 'u' }, cmd: [] },
    );
    expect(problems).toEqual([]);
    expect(plan.phases[0]?.steps[0]?.work).toMatchObject({
      argv: ['bash', '-c', 'zcat ${DUMP:-x}.gz |\n  psql "$URL" # $$ ${NOT_SET}\n'],
      shown: 'bash -c zcat ${DUMP:-x}.gz | ⏎ psql "$URL" # $$ ${NOT_SET}',
    });
    expect(plan.phases[1]?.steps[0]?.work).toMatchObject({ argv: ['/bin/sh', '-c', 'cat *.sql'] });
    expect(plan.app).toMatchObject({ argv: ['/bin/sh', '-c', 'exec node "$ENTRY"'] });
  });

  it('runs a CMD as it is, also in place of a command for a shell', () => {
    const app = { shell: '/bin/sh', command: 'exec node server.js', match: [['node']] };
    const { app: running } = planOf({ phases: { 'exec-app': app } }, { cmd: ['node', 'x.js'] });
    expect(running).toMatchObject({ argv: ['node', 'x.js'] });
  });

  it('lets each step start from the cwd, environment, retry, idleTimeout and stopSignal of its phase', () => {
    const { phases } = planOf({
      phases: {
        migrate: {
          cwd: '/app/server',
          env: { A: 'phase', B: 'phase' },
          idleTimeout: '5m',
          retry: { attempts: 3 },
          stopSignal: 'SIGINT',
          steps: [
            { name: 'one', command: ['x'] },
            {
              name: 'two',
              command: ['y'],
              cwd: 'db',
              env: { B: 'step' },
              idleTimeout: '1m',
              retry: { attempts: 1 },
              stopSignal: 'SIGTERM',
            },
          ],
        },
        'exec-app': {},
      },
    });
    const [one, two] = phases[0]?.steps ?? [];
    expect(one).toMatchObject({
      title: 'migrate/one',
      work: { cwd: '/app/server', env: { A: 'phase', B: 'phase' } },
      idleTimeoutMs: 300_000,
      retry: { attempts: 3 },
      stopSignal: 'SIGINT',
    });
    expect(two).toMatchObject({
      title: 'migrate/two',
      work: { cwd: '/app/server/db', env: { A: 'phase', B: 'step', PWD: '/app/server/db' } },
      idleTimeoutMs: 60_000,
      retry: { attempts: 1 },
      stopSignal: 'SIGTERM',
    });
  });

  it('fills variables in once, and keeps what is written for the log', () => {
    const { plan, problems } = planned(
      {
        cwd: '${ROOT}',
        phases: {
          migrate: { command: ['psql', '${URL}'], env: { URL2: '${URL}?x' } },
          'exec-app': { command: ['node', '${ENTRY:-main.js}'] },
        },
      },
      { cwd: '/', env: { ROOT: '/srv', URL: 'postgres://u:p@db' }, cmd: [] },
    );
    expect(problems).toEqual([]);
    expect(plan.phases[0]?.steps[0]?.work).toMatchObject({
      argv: ['psql', 'postgres://u:p@db'],
      shown: 'psql ${URL}',
      cwd: '/srv',
      env: { URL2: 'postgres://u:p@db?x' },
    });
    expect(plan.app).toMatchObject({ argv: ['node', 'main.js'] });
  });

  it('does not miss the variables of a phase that is skipped', () => {
    const { problems } = planned(
      {
        phases: {
          migrate: { command: ['psql', '${URL}'], skipIf: { env: { SKIP: '1' } } },
          'exec-app': { command: ['${ALSO_MISSING}'] },
        },
      },
      { cwd: '/', env: { SKIP: '1' }, cmd: [] },
    );
    expect(problems).toMatchObject([{ where: 'phases.exec-app.command.0' }]);
  });

  it('refuses a cwd that is not absolute once its variable is filled in', () => {
    const { problems } = planned(
      { cwd: '${ROOT}', phases: { 'exec-app': {} } },
      { cwd: '/', env: { ROOT: 'srv' }, cmd: [] },
    );
    expect(problems).toMatchObject([{ where: 'cwd' }]);
  });
});

describe('the environment decides a condition', () => {
  it.each([
    ['skipIf', { env: { A: '1', B: '2' } }, { A: '1', B: '2' }, 'skipIf.env A, B'],
    ['skipIf', { env: { A: '1', B: '2' } }, { A: '1', B: '3' }, undefined],
    ['skipIf', { env: { A: '1', B: '2' } }, { A: '1' }, undefined],
    ['skipIf', {}, {}, undefined],
    ['onlyIf', { env: { A: '1' } }, { A: '1' }, undefined],
    ['onlyIf', { env: { A: '1' } }, { A: '2' }, 'onlyIf.env A'],
    ['onlyIf', { env: { A: '1' } }, {}, 'onlyIf.env A'],
    ['onlyIf', {}, {}, undefined],
  ])('%s %j in %j: skipped is %j', (key, condition, env, skipped) => {
    const one = { phases: { one: { command: ['x'], [key]: condition }, 'exec-app': {} } };
    expect(planOf(one, { env }).phases[0]?.skipped).toBe(skipped);
  });

  it('and what is left of one that also has a file or a command is looked at later', () => {
    const skipIf = { env: { A: '1' }, file: 'done' };
    const one = { phases: { one: { command: ['x'], skipIf }, 'exec-app': {} } };
    expect(planOf(one, { env: { A: '1' } }).phases[0]).toMatchObject({
      conditions: [{ key: 'skipIf', file: '/started/here/done' }],
    });
    // Without A it can never hold.
    expect(planOf(one, { env: {} }).phases[0]?.conditions).toEqual([]);
  });
});

describe('a CMD is the app', () => {
  const app = { command: ['npm', 'start'], match: [['node', 'dist/main'], ['yarn']] };

  it.each([
    [[], true],
    [['npm', 'start'], true],
    [['npm', 'start', '--port', '1'], true],
    [['npm'], false],
    [['node', 'dist/main', '-x'], true],
    [['node', 'dist/other'], false],
    [['yarn', 'anything'], true],
    [['bash'], false],
  ])('%j: %s', (cmd, is) => {
    expect(isAppCommand(cmd, app)).toBe(is);
  });

  // Docker makes exactly that of `CMD exec node server.js`.
  it.each([
    [[], true],
    [['/bin/sh', '-c', 'exec node server.js'], true],
    [['/bin/sh', '-c', 'node server.js'], false],
    [['/bin/bash', '-c', 'exec node server.js'], false],
    [['exec', 'node', 'server.js'], false],
    [['yarn', 'start'], true],
    [['bash'], false],
  ])('of a string for a shell, %j: %s', (cmd, is) => {
    const underShell = { shell: '/bin/sh', command: 'exec node server.js', match: [['yarn']] };
    expect(isAppCommand(cmd, underShell)).toBe(is);
  });

  it('whatever it is when the config names none', () => {
    expect(isAppCommand(['bash'], { match: [] })).toBe(true);
  });
});
