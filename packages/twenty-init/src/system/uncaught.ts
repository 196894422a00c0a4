import type { Log } from '../log/log.ts';
import type { Boot } from '../run/boot.ts';
import { messageOf, stackOf } from '../thrown.ts';
import type { HostSystem } from './system.ts';

/**
 * What code of the config throws where nobody catches it, or rejects where nobody waits, ends the boot in order. Node
 * alone would end this process at once, and with it whatever runs. The result takes the listener away.
 */
export function endAtUncaught(boot: Boot, system: HostSystem, log: Log): () => void {
  const onUncaught = (error: unknown): void => {
    const owner = system.codeOwner();
    // Of a function that runs: that phase has failed, and says so.
    if (owner?.fail(error) === true) return;
    const phase = owner?.title;
    const what = `uncaught error of ${phase ?? 'the config or of twenty-init'}`;
    log('error', `${what}: ${stackOf(error)}`, {
      event: 'uncaught',
      ...(phase === undefined ? {} : { phase }),
    });
    boot.threw(`${what}: ${messageOf(error)}`, phase);
  };
  process.on('uncaughtException', onUncaught);
  return () => process.off('uncaughtException', onUncaught);
}
