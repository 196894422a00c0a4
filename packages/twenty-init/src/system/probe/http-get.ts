import { get as httpGetRequest } from 'node:http';
import { get as httpsGetRequest } from 'node:https';
import type { ProbeResult } from '../../run/system.ts';

/** Ready when every URL answers with 2xx or 3xx. */
export async function httpGet(urls: readonly string[], timeoutMs: number): Promise<ProbeResult> {
  const results = await Promise.all(urls.map((url) => one(url, timeoutMs)));
  return results.find(({ ok }) => !ok) ?? { ok: true, reason: 'ok' };
}

function one(url: string, timeoutMs: number): Promise<ProbeResult> {
  const get = url.startsWith('https:') ? httpsGetRequest : httpGetRequest;
  return new Promise((resolve) => {
    const settle = (ok: boolean, what: string): void => {
      resolve({ ok, reason: `${withoutQuery(url)}: ${what}` });
      request.destroy();
    };
    const request = get(
      url,
      // A probe that kept its connection would keep the app from closing.
      { agent: false, signal: AbortSignal.timeout(timeoutMs), headers: { connection: 'close' } },
      ({ statusCode = 0 }) => settle(statusCode >= 200 && statusCode < 400, `${statusCode}`),
    );
    request.on('error', (error: NodeJS.ErrnoException) =>
      settle(
        false,
        error.name === 'AbortError'
          ? `no answer in ${timeoutMs} ms`
          : (error.code ?? error.message),
      ),
    );
  });
}

/** The query may hold a token, whatever the name of its variable is. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
