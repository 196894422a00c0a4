import { durationMs } from '../config/duration.ts';
import type { FilledReadiness } from '../config/filled-config.ts';
import { type Command, makeCommand, type Place } from './command.ts';
import type { Expansion } from './expand.ts';

/** How it is found out that the app is ready: it is looked at, or says so. */
export type Readiness = Probed | Notified;

export interface Probed {
  readonly type: 'probed';
  readonly probe: Probe;
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** By a newline on that descriptor. */
export interface Notified {
  readonly type: 'notified';
  readonly fd: number;
}

/** Tells the app which descriptor. */
export const notifyVariable = 'NOTIFY_FD';

/** What one attempt looks at. */
export type Probe =
  | { readonly type: 'httpGet'; readonly urls: readonly string[] }
  | { readonly type: 'tcpSocket'; readonly host: string; readonly port: number }
  | { readonly type: 'exec'; readonly command: Command };

export function readinessOf(
  config: FilledReadiness | undefined,
  where: string,
  place: Place,
  expanding: Expansion,
): Readiness | undefined {
  if (config === undefined) return undefined;
  if (config.notifyFd !== undefined) return { type: 'notified', fd: config.notifyFd };
  return {
    type: 'probed',
    probe: probeOf(config, where, place, expanding),
    initialDelayMs: durationMs(config.initialDelay),
    periodMs: durationMs(config.period),
    timeoutMs: durationMs(config.timeout),
    successThreshold: config.successThreshold,
    failureThreshold: config.failureThreshold,
  };
}

/** As it can be found in the code of the app. */
export function shownFd(fd: number): string {
  return `fd ${fd} (${notifyVariable})`;
}

function probeOf(
  { httpGet, tcpSocket, exec = [] }: FilledReadiness,
  where: string,
  place: Place,
  expanding: Expansion,
): Probe {
  if (httpGet !== undefined) {
    const urls = typeof httpGet === 'string' ? [httpGet] : httpGet;
    return { type: 'httpGet', urls: urls.map((url) => expanding.expand(url, `${where}.httpGet`)) };
  }
  if (tcpSocket !== undefined) {
    const address = expanding.expand(tcpSocket, `${where}.tcpSocket`);
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    return { type: 'tcpSocket', host, port: Number(address.slice(colon + 1)) };
  }
  return { type: 'exec', command: makeCommand(exec, `${where}.exec`, place, expanding) };
}
