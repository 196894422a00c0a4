import type { Probed } from '../../plan/readiness.ts';
import type { ProbeResult } from '../../run/system.ts';
import { messageOf } from '../../thrown.ts';

/** One look at whether the app is ready. What a probe needs is imported when it is used. Never rejects. */
export async function probe({ probe, timeoutMs }: Probed): Promise<ProbeResult> {
  try {
    switch (probe.type) {
      case 'httpGet':
        return await (await import('./http-get.ts')).httpGet(probe.urls, timeoutMs);
      case 'tcpSocket':
        return await (await import('./tcp-socket.ts')).tcpSocket(probe, timeoutMs);
      case 'exec':
        return await (await import('./exec.ts')).exec(probe.command, timeoutMs);
    }
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}
