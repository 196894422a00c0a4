import { become, pid1Path } from '@twenty-init/core';
import type { Log } from '../log/log.ts';
import { messageOf } from '../thrown.ts';
import type { Signals } from './signals.ts';
import type { HostSystem } from './system.ts';
import { secondStart } from './system.ts';

/**
 * `pid1` takes the place of this process and twenty-init starts again as its child. Needed as PID 1, where Node reaps
 * no orphan; and in the modes that stay under any other init, which can neither be handed the app nor asked to end
 * what has left the app's process group.
 */
export async function becomePid1(
  { isSecondStart }: HostSystem,
  signals: Signals,
  log: Log,
): Promise<void> {
  if (isSecondStart || signals.stopped() !== undefined) return;
  try {
    await become(
      pid1Path(),
      ['--', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      {
        env: { ...process.env, [secondStart]: '1' },
        canceled: () => signals.stopped() !== undefined,
      },
    );
  } catch (error) {
    if (signals.stopped() !== undefined) return;
    log('warn', `no pid1 could be put above twenty-init: ${messageOf(error)}`);
  }
}
