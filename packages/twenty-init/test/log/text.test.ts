import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../src/config/format-duration.ts';
import { maskFor } from '../../src/log/mask.ts';
import { summaryTable } from '../../src/log/summary.ts';
import { terminationMessage } from '../../src/log/termination-message.ts';
import { textLog, wantsColors } from '../../src/log/text.ts';

describe('the text log', () => {
  const logged = (message: string, env: NodeJS.ProcessEnv = {}, colors = false): string => {
    const lines: string[] = [];
    const mask = maskFor(env, ['FROM_FILE']);
    textLog({ writeLine: (line) => lines.push(line), now: () => 0, mask, colors })('warn', message);
    return lines.join('\n');
  };

  it('has time, level and message in one line', () => {
    expect(logged('hello')).toBe('1970-01-01T00:00:00.000Z warn  hello');
  });

  it('indents further lines', () => {
    expect(logged('a\nb')).toBe('1970-01-01T00:00:00.000Z warn  a\n  b');
  });

  it('colors only the time and the level', () => {
    expect(logged('hello', {}, true)).toBe(
      '\u001b[2m1970-01-01T00:00:00.000Z\u001b[22m \u001b[33mwarn \u001b[39m hello',
    );
  });

  it.each([
    ['postgres://me:secret@db/app', 'postgres://me:***@db/app'],
    ['redis://:secret@cache:6379', 'redis://:***@cache:6379'],
    ['--url=https://u:se@cret@host/x y', '--url=https://u:***@host/x y'],
    ['http://host:3000/path@x', 'http://host:3000/path@x'],
  ])('hides the password in %s', (text, shown) => {
    expect(logged(text)).toContain(shown);
  });

  it.each([
    'JWT_SECRET',
    'GITHUB_TOKEN',
    'PGPASSWORD',
    'DB_PASS',
    'SSH_PASSPHRASE',
    'SENTRY_DSN',
    'MYSQL_PASSWD',
    'API_KEY',
    'AWS_ACCESS_KEY_ID',
    'FROM_FILE',
  ])('hides the value of %s', (name) => {
    expect(logged('it is hunter2!', { [name]: 'hunter2', OTHER: 'it' })).toContain('it is ***!');
  });
});

describe('a path in the environment', () => {
  it.each(['JWT_SECRET_FILE', 'CREDENTIALS_DIRECTORY'])(
    'in %s is no secret: who has to mend it has to see it',
    (name) => {
      const mask = maskFor({ [name]: '/run/secrets' });
      expect(mask('/run/secrets/x is gone')).toBe('/run/secrets/x is gone');
    },
  );
});

describe('the password of a URL in the environment', () => {
  it('is hidden on its own too', () => {
    const mask = maskFor({ PG_DATABASE_URL: 'postgres://me:hunter2@db/app' });
    expect(mask('login as me with hunter2 failed')).toBe('login as me with *** failed');
  });
});

describe('colors', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
  ])('%j on a terminal (%s): %s', (env, isTerminal, colors) => {
    expect(wantsColors(env, isTerminal)).toBe(colors);
  });
});

describe('the termination message', () => {
  it('says who ended the container and why, with as many last lines as fit', () => {
    const lastLines = Array.from({ length: 20 }, (_, at) => `${at} ${'x'.repeat(500)}`);
    const end = {
      exitCode: 43,
      exitedBy: 'phase',
      phase: 'migrate',
      reason: 'migrate failed: exit 43 of postgres://u:p@db',
      lastLines,
    } as const;
    const text = terminationMessage(end, maskFor({}));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
    const message = JSON.parse(text) as typeof end;
    expect(message).toMatchObject({ exitCode: 43, exitedBy: 'phase', phase: 'migrate' });
    expect(message.reason).toContain('postgres://u:***@db');
    expect(message.lastLines.at(-1)).toBe(lastLines.at(-1));
  });
});

describe('durations', () => {
  it.each([
    [12.4, '12ms'],
    [1000, '1s'],
    [3449, '3.4s'],
    [59_999, '60s'],
    [125_000, '2m05s'],
    [3_720_000, '1h02m'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('the summary', () => {
  it('is a table of phases', () => {
    const table = summaryTable(
      [
        {
          name: 'migrate',
          cwd: '/app/server',
          activity: { type: 'none' },
          warned: false,
          status: 'timed_out',
          startedAt: 0,
          endedAt: 1500,
          exitCode: 143,
        },
        {
          name: 'register',
          cwd: '/app',
          activity: { type: 'none' },
          warned: false,
          status: 'canceled',
        },
      ],
      'not started',
      '/app',
    );
    expect(table.split('\n')).toEqual([
      'phase     outcome      duration  exit  cwd',
      'migrate   timed out    1.5s      143   /app/server',
      'register  canceled     -         -     /app',
      'exec-app  not started  -         -     /app',
    ]);
  });
});
