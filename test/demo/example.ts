import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from '../harness/ports.ts';

const manifest = createRequire(import.meta.url).resolve('nx-monorepo/package.json');

/** examples/nx-monorepo, ready to be started. */
export interface Example {
  readonly root: string;
  readonly server: string;
  readonly url: string;
  readonly frontUrl: string;
  readonly env: NodeJS.ProcessEnv;
  [Symbol.dispose](): void;
}

/** The example on free ports, with an environment as a container has it: nothing of the package manager that runs us. */
export async function prepareExample(postgresUrl: string): Promise<Example> {
  const home = mkdtempSync(join(tmpdir(), 'demo-'));
  const [port, frontPort] = [await freePort(), await freePort()];
  const root = dirname(manifest);
  return {
    root,
    server: join(root, 'packages/twenty-server'),
    url: `http://127.0.0.1:${port}`,
    frontUrl: `http://127.0.0.1:${frontPort}`,
    env: {
      PATH: (process.env.PATH ?? '')
        .split(delimiter)
        .filter((directory) => !directory.includes('node_modules'))
        .join(delimiter),
      HOME: home,
      LOG_FILE: join(home, 'app.log'),
      PG_DATABASE_URL: postgresUrl,
      PORT: String(port),
      FRONT_PORT: String(frontPort),
      // Nothing is written in the clone.
      NX_CACHE_DIRECTORY: join(home, 'nx-cache'),
      NX_NATIVE_FILE_CACHE_DIRECTORY: join(home, 'nx-native'),
      NX_WORKSPACE_DATA_DIRECTORY: join(home, 'nx-data'),
      npm_config_update_notifier: 'false',
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
