import { spawnChild } from '@twenty-init/core';
import type { Command } from '../../plan/command.ts';
import type { ProbeResult } from '../../run/system.ts';
import { diesWithUs } from '../dies-with-us.ts';

/** Ready when the command exits 0. What it writes is shown only as the reason. */
export async function exec(command: Command, timeoutMs: number): Promise<ProbeResult> {
  const [program, ...args] = command.argv;
  const child = await spawnChild(program, args, {
    cwd: command.cwd,
    env: command.env,
    name: command.name,
    stdin: 'ignore',
    output: 'pipe',
    ...diesWithUs('SIGKILL'),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-200);
    });
  }
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.stop({ signal: 'SIGKILL', gracePeriodMs: 0 });
  }, timeoutMs);
  const { exitCode } = await child.exited;
  clearTimeout(timer);
  child.stdout.destroy();
  child.stderr.destroy();
  if (timedOut) return { ok: false, reason: `"${command.shown}" took longer than ${timeoutMs} ms` };
  const last = said.trim().split('\n').at(-1) ?? '';
  const reason = `"${command.shown}" exit ${exitCode}${last === '' ? '' : `: ${last}`}`;
  return { ok: exitCode === 0, reason };
}
