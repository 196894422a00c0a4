import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';

const env = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more });
const ownLines = (stderr: string): string[] => stderr.trim().split('\n');
const isJson = (line: string): boolean => line.startsWith('{') && line.endsWith('}');

describe('TWENTY_INIT_LOG', () => {
  const config = (format: string): object => ({
    log: { format },
    phases: {
      'exec-app': { command: ['sh', '-c', 'echo "app sees $TWENTY_INIT_LOG"'], mode: 'supervise' },
    },
  });

  it.each([
    ['json', 'text', true],
    ['text', 'json', false],
    ['', 'json', true],
  ])('=%s goes before log.format %s, and reaches the app', async (variable, format, json) => {
    using root = image({ 'twenty-init.config.json': config(format) });
    await using container = await root.boot({ env: env({ TWENTY_INIT_LOG: variable }) });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe(`app sees ${variable}\n`);
    expect(ownLines(container.stderr()).every(isJson)).toBe(json);
  });

  it('also holds for what is told before there is a config', () => {
    using root = image({ 'twenty-init.config.json': { phases: {} } });
    const outcomes = [
      [['run'], 78, 'refused'],
      [['run', '-c', 'nowhere.json'], 78, undefined],
      [['run', '--cofnig'], 64, undefined],
    ] as const;
    for (const [args, code, event] of outcomes) {
      const result = root.command(args, { env: env({ TWENTY_INIT_LOG: 'json' }) });
      expect(result.code).toBe(code);
      const line = JSON.parse(result.stderr) as { level: string; event?: string };
      expect(line.level).toBe('error');
      expect(line.event).toBe(event);
    }
  });
});

describe('TWENTY_INIT_STOP_GRACE_PERIOD', () => {
  it.each(['exec', 'handoff', 'supervise'])(
    'goes before exec-app.gracePeriod in mode %s',
    async (mode) => {
      using root = image({
        'app.sh': '#!/bin/sh\ntrap "echo not me" TERM\necho up\nwhile :; do sleep 0.01; done\n',
        'twenty-init.config.json': {
          phases: { 'exec-app': { command: ['./app.sh'], mode, gracePeriod: '9h' } },
        },
      });
      await using container = await root.boot({
        env: env({ TWENTY_INIT_STOP_GRACE_PERIOD: '300ms' }),
      });
      await container.seen(/^up$/m);
      container.kill('SIGTERM');
      expect(await container.exited).toBe(137);
      expect(container.stderr()).toContain('grace period 300ms');
      expect(container.stdout()).toContain('not me');
    },
  );

  it('is not frozen into a config that is compiled', () => {
    using root = image({
      'twenty-init.config.json': { phases: { 'exec-app': { command: ['true'] } } },
    });
    const { stdout } = root.command(['compile'], {
      env: env({ TWENTY_INIT_STOP_GRACE_PERIOD: '1s', TWENTY_INIT_LOG: 'json' }),
    });
    expect(JSON.parse(stdout)).toEqual({ phases: { 'exec-app': { command: ['true'] } } });
  });
});

describe('a variable of twenty-init that is wrong', () => {
  it.each([
    ['TWENTY_INIT_LOG', 'xml', 'expected "text", "json" or "ecs", got "xml"'],
    ['TWENTY_INIT_STOP_GRACE_PERIOD', '30', 'expected a duration with a unit'],
    ['TWENTY_INIT_STOP_GRACE_PERIOD', '10h', 'expected at most 9h, got "10h"'],
  ])('%s=%s is told with the other problems: 78', (name, value, says) => {
    using root = image({
      'twenty-init.config.json': { phases: { 'exec-app': { command: ['nosuchcommand'] } } },
    });
    const { code, stderr } = root.command(['run'], { env: env({ [name]: value }) });
    expect(code).toBe(78);
    expect(stderr).toContain('2 problems');
    expect(stderr).toMatch(new RegExp(`${name} +${says}`));
  });
});
