import { describe, expect, it } from 'vitest';
import { validate } from '../../src/config/validate.ts';
import { bad, badBeyondSchema, good } from './corpus.ts';

describe('a valid config', () => {
  it.each(good)('may have %s', (_, config) => {
    expect(validate(config)).toEqual({ written: config, config: expect.anything() });
  });

  it('may have a function for a phase, and keys that are undefined, which count as not written', () => {
    const run = async (): Promise<void> => {};
    const config = {
      name: undefined,
      phases: { one: { run, timeout: undefined, steps: undefined }, 'exec-app': {} },
    };
    const { written } = validate(config) as { written: object };
    expect(written).toStrictEqual({ phases: { one: { run }, 'exec-app': {} } });
  });
});

describe('a bad config', () => {
  it.each([...bad, ...badBeyondSchema])('with %s says where and what', (_, config, where, what) => {
    expect(validate(config)).toEqual({
      problems: expect.arrayContaining([
        {
          kind: expect.stringMatching(/^(shape|rule)$/),
          where,
          what: expect.stringContaining(what),
        },
      ]),
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

  it('that is a part of itself is no endless one', () => {
    const config: Record<string, unknown> = { phases: { 'exec-app': {} } };
    config.env = config;
    expect(validate(config)).toEqual({
      problems: [
        { kind: 'shape', where: 'env', what: 'expected an object, got what it is a part of' },
      ],
    });
  });

  it('never shows a long text, which may be a secret', () => {
    const secret = 'postgres://me:hunter2@localhost/app';
    expect(JSON.stringify(validate({ phases: { 'exec-app': { command: secret } } }))).not.toContain(
      'hunter2',
    );
  });
});
