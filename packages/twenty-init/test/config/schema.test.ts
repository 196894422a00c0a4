import { describe, expect, it } from 'vitest';
import { validate } from '../../src/config/schema.ts';

const app = { command: ['node', 'server.js'] };

describe('a valid config', () => {
  it.each([
    ['only the app', { phases: { 'exec-app': {} } }],
    ['phases before it', { phases: { migrate: { command: ['x'] }, 'exec-app': app } }],
    [
      'every key',
      {
        name: 'app',
        cwd: '/app',
        env: { required: ['URL'] },
        phases: {
          migrate: {
            command: ['x', ''],
            cwd: 'server',
            env: { A: '' },
            skipIf: { env: { B: 'true' } },
            onFailure: 'warn',
            timeout: '1h30m',
          },
          'exec-app': { ...app, gracePeriod: '250ms', successExitCodes: [0, 'forwarded'] },
        },
      },
    ],
  ])('may have %s', (_, config) => {
    expect(validate(config)).toEqual({ config });
  });
});

describe('a bad config', () => {
  it.each([
    ['nothing in it', undefined, 'the config', 'expected an object'],
    ['no phases', {}, 'phases', 'is missing'],
    ['no exec-app', { phases: {} }, 'phases.exec-app', 'is missing'],
    [
      'an unknown key',
      { phases: { 'exec-app': { comand: ['x'] } } },
      'phases.exec-app.comand',
      'did you mean "command"?',
    ],
    [
      'a key of a feature that is not there',
      { phases: { 'exec-app': app }, zebra: 1 },
      'zebra',
      'known here: name, cwd, env, phases',
    ],
    [
      'a shell string',
      { phases: { 'exec-app': { command: 'npm start' } } },
      'phases.exec-app.command',
      'expected a list',
    ],
    [
      'an empty command',
      { phases: { 'exec-app': { command: [] } } },
      'phases.exec-app.command',
      'must name a program',
    ],
    [
      'a phase without a command',
      { phases: { one: {}, 'exec-app': app } },
      'phases.one.command',
      'is missing',
    ],
    [
      'a bare number for a duration',
      { phases: { 'exec-app': { ...app, gracePeriod: 30 } } },
      'phases.exec-app.gracePeriod',
      'a duration with a unit',
    ],
    [
      'a duration without a unit',
      { phases: { 'exec-app': { ...app, gracePeriod: '30' } } },
      'phases.exec-app.gracePeriod',
      'a duration with a unit',
    ],
    [
      'a relative cwd at the top',
      { cwd: 'app', phases: { 'exec-app': app } },
      'cwd',
      'must be absolute',
    ],
    [
      'a number in env',
      { phases: { 'exec-app': { ...app, env: { PORT: 3000 } } } },
      'phases.exec-app.env.PORT',
      'expected a string',
    ],
    [
      'exec-app before a phase',
      { phases: { 'exec-app': app, migrate: { command: ['x'] } } },
      'phases.exec-app',
      'must be written last',
    ],
    [
      'a phase named by a number',
      { phases: { 1: { command: ['x'] }, 'exec-app': app } },
      'phases.1',
      'cannot be named by a number',
    ],
    [
      'an exit code that mode exec cannot map',
      { phases: { 'exec-app': { ...app, successExitCodes: [143] } } },
      'phases.exec-app.successExitCodes.0',
      'expected 0 or "forwarded"',
    ],
  ])('with %s says where and what', (_, config, where, what) => {
    expect(validate(config)).toEqual({
      problems: [{ where, what: expect.stringContaining(what) }],
    });
  });

  it('names every problem at once, every unknown key too', () => {
    const result = validate({
      nam: 'x',
      cwdd: '/',
      phases: { migrate: { command: 'x', timeout: 5 }, 'exec-app': { env: [] } },
    });
    const where = 'problems' in result ? result.problems.map((problem) => problem.where) : [];
    expect(where.sort()).toEqual([
      'cwdd',
      'nam',
      'phases.exec-app.env',
      'phases.migrate.command',
      'phases.migrate.timeout',
    ]);
  });
});
