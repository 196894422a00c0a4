import { connect } from 'node:net';
import type { ProbeResult } from '../../run/system.ts';

/** Ready when something accepts the connection. */
export function tcpSocket(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (ok: boolean, what: string): void => {
      socket.destroy();
      resolve({ ok, reason: `${host}:${port}: ${what}` });
    };
    socket.setTimeout(timeoutMs, () => settle(false, `no answer in ${timeoutMs} ms`));
    socket.once('connect', () => settle(true, 'accepted'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      settle(false, error.code ?? error.message),
    );
  });
}
