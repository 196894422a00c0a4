import { describe, expect, it } from 'vitest';
import { ecsLog } from '../../src/log/ecs.ts';
import { maskFor } from '../../src/log/mask.ts';

type Log = ReturnType<typeof ecsLog>;

function logged(...[level, message, fields]: Parameters<Log>): Record<string, unknown> {
  const lines: string[] = [];
  const mask = maskFor({ MY_PASSWORD: 'hun"ter2' });
  ecsLog(
    (line) => lines.push(line),
    () => 0,
    mask,
  )(level, message, fields);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the log in ECS', () => {
  it('begins with time, level and message, as its specification wants it', () => {
    const line = logged('warn', 'hello');
    expect(Object.entries(line).slice(0, 4)).toEqual([
      ['@timestamp', '1970-01-01T00:00:00.000Z'],
      ['log.level', 'warn'],
      ['message', 'hello'],
      ['ecs.version', expect.stringMatching(/^8\.\d+\.\d+$/)],
    ]);
  });

  it('has the fields of ECS, and what that does not know under a name of our own', () => {
    const fields = {
      event: 'phase-ended',
      phase: 'migrate',
      outcome: 'timed_out',
      durationMs: 1500,
      exitCode: 124,
      cwd: '/app',
      lastLines: ['a', 'b'],
    };
    expect(logged('error', 'x', fields)).toMatchObject({
      'event.action': 'phase-ended',
      'event.outcome': 'failure',
      'event.duration': 1_500_000_000,
      'process.exit_code': 124,
      'process.working_directory': '/app',
      'twenty_init.phase': 'migrate',
      'twenty_init.outcome': 'timed_out',
      'twenty_init.last_lines': ['a', 'b'],
    });
  });

  it.each([
    [{ outcome: 'succeeded', exitCode: 0 }, 'success'],
    [{ outcome: 'warned', exitCode: 1 }, 'failure'],
    [{ outcome: 'failed' }, 'failure'],
    [{ outcome: 'skipped' }, 'unknown'],
    [{ outcome: 'canceled', exitCode: 143 }, 'unknown'],
    [{ exitCode: 0 }, 'success'],
    [{ exitCode: 3 }, 'failure'],
    [{ pid: 7 }, undefined],
  ])('says of %j: %s', (fields, outcome) => {
    expect(logged('info', 'x', fields)['event.outcome']).toBe(outcome);
  });

  it('hides a secret that JSON writes in another way', () => {
    const line = JSON.stringify(logged('info', 'hun"ter2', { reason: 'hun"ter2' }));
    expect(line).not.toContain('ter2');
  });
});
