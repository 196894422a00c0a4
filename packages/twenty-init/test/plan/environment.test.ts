import { describe, expect, it } from 'vitest';
import { environment } from '../../src/plan/environment.ts';

const files: Record<string, string> = {
  '/run/secrets/db': 'postgres://db\n',
  '/run/secrets/crlf': 'x\r\n',
  '/run/secrets/lines': 'a\nb\n\n',
  '/run/secrets/empty': '\n',
  '/run/secrets/nul': 'a\0b',
  '/run/credentials/JWT': 'jwt',
  JWT: 'of the cwd',
};

function readFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
  return text;
}

const read = (env: Record<string, string>, required: string[] = [], fromFiles = ['DB', 'JWT']) =>
  environment({ required, fromFiles }, env, readFile);

describe('env.fromFiles', () => {
  it('reads NAME_FILE, cuts one line end, and removes NAME_FILE', () => {
    expect(read({ DB_FILE: '/run/secrets/db', OTHER_FILE: 'x' })).toEqual({
      env: { DB: 'postgres://db', OTHER_FILE: 'x' },
      problems: [],
    });
  });

  it.each([
    ['/run/secrets/crlf', 'x'],
    ['/run/secrets/lines', 'a\nb\n'],
  ])('of %s leaves %j', (path, value) => {
    expect(read({ DB_FILE: path }).env).toEqual({ DB: value });
  });

  it('reads NAME in $CREDENTIALS_DIRECTORY, where it is there', () => {
    const result = read({ CREDENTIALS_DIRECTORY: '/run/credentials' });
    expect(result.env.JWT).toBe('jwt');
    expect(result.env.DB).toBeUndefined();
    expect(result.problems).toEqual([]);
  });

  it.each([
    [{ DB: 'mine', DB_FILE: '' }, { DB: 'mine' }],
    [{ DB_FILE: '' }, {}],
    [{ CREDENTIALS_DIRECTORY: '' }, { CREDENTIALS_DIRECTORY: '' }],
  ])('takes an empty variable of %j as not set', (env, left) => {
    expect(read(env)).toEqual({ env: left, problems: [] });
  });

  it.each([
    [
      { DB: 'x', DB_FILE: '/run/secrets/db' },
      'DB',
      'DB and DB_FILE are both set: they are exclusive',
    ],
    [
      { CREDENTIALS_DIRECTORY: '/run/credentials', DB: 'x', JWT: 'mine' },
      'JWT',
      'JWT and the credential JWT are both set: they are exclusive',
    ],
    [
      {
        CREDENTIALS_DIRECTORY: '/run/credentials',
        DB: 'x',
        JWT: 'mine',
        JWT_FILE: '/run/secrets/db',
      },
      'JWT',
      'JWT and JWT_FILE and the credential JWT are all set: they are exclusive',
    ],
    [{ DB_FILE: '/nowhere' }, 'DB', 'DB_FILE: "/nowhere" cannot be read (ENOENT)'],
    [{ DB_FILE: '/run/secrets/empty' }, 'DB', 'DB_FILE: "/run/secrets/empty" is empty'],
    [
      { DB_FILE: '/run/secrets/nul' },
      'DB',
      'DB_FILE: "/run/secrets/nul" holds a NUL byte, which no variable can',
    ],
  ])('of %j is a problem of %s', (env, variable, what) => {
    // Required too: one problem is told, and not two.
    expect(read(env, env.DB === undefined ? ['DB'] : []).problems).toEqual([
      { kind: 'variable', variable, where: 'env.fromFiles', what },
    ]);
  });
});

describe('env.required', () => {
  it('is not met by what every object has', () => {
    expect(read({}, ['toString']).problems).toEqual([
      {
        kind: 'variable',
        variable: 'toString',
        where: 'env.required',
        what: 'toString is not set',
      },
    ]);
  });

  it('names each variable that is missing or empty', () => {
    expect(read({ EMPTY: '' }, ['EMPTY', 'MISSING', 'DB']).problems).toEqual([
      { kind: 'variable', variable: 'EMPTY', where: 'env.required', what: 'EMPTY is empty' },
      { kind: 'variable', variable: 'MISSING', where: 'env.required', what: 'MISSING is not set' },
      {
        kind: 'variable',
        variable: 'DB',
        where: 'env.required',
        what: 'DB is not set, and there is no DB_FILE',
      },
    ]);
  });
});
