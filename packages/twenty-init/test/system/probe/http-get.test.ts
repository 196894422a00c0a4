import { describe, expect, it } from 'vitest';
import { httpGet } from '../../../src/system/probe/http-get.ts';

describe('a probe by HTTP', () => {
  it('that fails names the URL without its query, which may hold a secret', async () => {
    // Nothing listens on port 1.
    const { ok, reason } = await httpGet(['http://127.0.0.1:1/healthz?key=hunter2'], 5000);
    expect(ok).toBe(false);
    expect(reason).toBe('http://127.0.0.1:1/healthz: ECONNREFUSED');
  });
});
