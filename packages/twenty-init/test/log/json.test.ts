import { describe, expect, it } from 'vitest';
import { jsonLog } from '../../src/log/json.ts';
import { maskFor } from '../../src/log/mask.ts';

function logged(env: NodeJS.ProcessEnv, fields: Parameters<ReturnType<typeof jsonLog>>[2]): object {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line), Date.now, maskFor(env))('info', 'hello', fields);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as object;
}

describe('the JSON log', () => {
  it('writes a line as docs/logs.md has it, in this order', () => {
    const lines: string[] = [];
    const log = jsonLog(
      (line) => lines.push(line),
      () => 0,
      maskFor({}),
    );
    log('warn', 'hello', { event: 'ended', exitCode: 0 });
    expect(lines).toEqual([
      '{"level":"warn","time":"1970-01-01T00:00:00.000Z","name":"twenty-init","event":"ended","exitCode":0,"msg":"hello"}',
    ]);
  });

  it('hides a secret that JSON writes in another way', () => {
    const line = logged(
      { MY_PASSWORD: 'hun"ter2' },
      { lastLines: ['v=hun"ter2'], cwd: 'hun"ter2' },
    );
    expect(line).toMatchObject({ msg: 'hello', lastLines: ['v=***'], cwd: '***' });
  });

  it('leaves a number alone that looks like a secret', () => {
    expect(logged({ PIN_TOKEN: '1000' }, { durationMs: 1000 })).toMatchObject({ durationMs: 1000 });
  });
});
