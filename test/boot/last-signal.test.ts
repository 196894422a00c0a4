import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { shellCode } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';

/** Runs it, and sends the signal some time after a line. */
async function codeOf(
  root: Image,
  args: readonly string[],
  { line, signal, afterMs }: { line: RegExp; signal: NodeJS.Signals; afterMs: number },
): Promise<{ code: number; stderr: string }> {
  const [program, ...rest] = root.commandLine(args);
  const child = spawn(program, rest, { cwd: root.root, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let sent = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', async (chunk: Buffer) => {
      text += chunk;
      if (sent || !line.test(text)) return;
      sent = true;
      await delay(afterMs);
      child.kill(signal);
    });
  const code = await new Promise<number>((resolve) => {
    child.once('close', (exitCode, signal) => resolve(shellCode(exitCode, signal)));
  });
  expect(sent, text).toBe(true);
  return { code, stderr: text };
}

describe('a signal in the last milliseconds', () => {
  const config = {
    phases: {
      migrate: { command: ['true'] },
      'exec-app': { command: ['true'], mode: 'supervise' },
    },
  };

  it.each([
    ['run', 'SIGTERM', /exit 0, by main/],
    ['run-phases', 'SIGTERM', /exit 0, by init/],
    ['run-phases', 'SIGUSR2', /exit 0, by init/],
  ] as const)('%s: %s does not turn 0 into another code', async (command, signal, line) => {
    using root = image({ 'twenty-init.config.json': config });
    const codes: number[] = [];
    for (let run = 0; run < 24; run++)
      codes.push((await codeOf(root, [command], { line, signal, afterMs: run % 6 })).code);
    expect(codes).toEqual(codes.map(() => 0));
  });
});

describe('a signal while the config loads', () => {
  const loading = (then: string): Record<string, string> => ({
    'twenty-init.config.mjs': `import { writeSync } from 'node:fs';
      writeSync(1, 'loading\\n');
      await new Promise((resolve) => { setTimeout(resolve, ${then}); });
      export default { phases: { migrate: { command: ['echo', 'migrated'] }, 'exec-app': { command: ['true'] } } };`,
  });
  const line = /loading/;

  it.each(['run', 'run-phases'])('%s: SIGTERM ends it with 143, and says so', async (command) => {
    using root = image(loading('1e6'));
    const { code, stderr } = await codeOf(root, [command], { line, signal: 'SIGTERM', afterMs: 0 });
    expect(stderr).toContain('SIGTERM while the config was read: nothing was started');
    expect(code).toBe(143);
  });

  it('SIGUSR2 ends nothing', async () => {
    using root = image(loading('200'));
    const { code, stderr } = await codeOf(root, ['run-phases'], {
      line,
      signal: 'SIGUSR2',
      afterMs: 0,
    });
    expect(stderr).toContain('migrated');
    expect(code).toBe(0);
  });
});
