import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../src/report/duration.ts';
import { textLog } from '../../src/report/log.ts';
import { summaryTable } from '../../src/report/summary.ts';

describe('the text log', () => {
  const logged = (message: string): string[] => {
    const lines: string[] = [];
    textLog(
      (line) => lines.push(line),
      () => 0,
    )('warn', message);
    return lines;
  };

  it('has time, level and message in one line', () => {
    expect(logged('hello')).toEqual(['1970-01-01T00:00:00.000Z warn  hello']);
  });

  it('indents further lines', () => {
    expect(logged('a\nb')).toEqual(['1970-01-01T00:00:00.000Z warn  a\n  b']);
  });

  it.each([
    ['postgres://me:secret@db/app', 'postgres://me:***@db/app'],
    ['redis://:secret@cache:6379', 'redis://:***@cache:6379'],
    ['--url=https://u:se@cret@host/x y', '--url=https://u:***@host/x y'],
    ['http://host:3000/path@x', 'http://host:3000/path@x'],
  ])('hides the password in %s', (text, shown) => {
    expect(logged(text)[0]).toContain(shown);
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
          status: 'timed_out',
          startedAt: 0,
          endedAt: 1500,
          exitCode: 143,
        },
        { name: 'register', cwd: '/app', status: 'canceled' },
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
