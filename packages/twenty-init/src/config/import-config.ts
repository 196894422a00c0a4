import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartError } from '../start-error.ts';

/** The default export of a config in JavaScript or TypeScript. Throws `CONFIG`, or what its code throws. */
export async function importConfig(path: string): Promise<unknown> {
  const { default: config } = (await importModule(path).catch((error: unknown) => {
    throw withPlace(error, path);
  })) as { default?: unknown };
  if (config === undefined)
    throw new StartError(
      'CONFIG',
      `no default export: write \`export default defineConfig({ … })\` in ${path}`,
    );
  return config;
}

/** Node strips types itself from 22.18 on; before that jiti does it, when it is installed beside the config. */
async function importModule(path: string): Promise<unknown> {
  const isTypeScript = ['.ts', '.mts'].includes(extname(path));
  // Not in the types of Node 20.
  if (!isTypeScript || (process.features as { typescript?: unknown }).typescript)
    return await import(pathToFileURL(path).href);
  let jitiPath: string;
  try {
    jitiPath = createRequire(path).resolve('jiti');
  } catch (cause) {
    throw new StartError(
      'CONFIG',
      `Node ${process.version} cannot read TypeScript: use Node 22.18 or later, install "jiti" beside the config, or write the config as .mjs`,
      { cause },
    );
  }
  const { createJiti } = (await import(pathToFileURL(jitiPath).href)) as typeof import('jiti');
  // No cache on disk: nothing is written unless asked, and a container's file system may be read-only.
  return await createJiti(path, { fsCache: false }).import(path);
}

/** V8 tells the place of a syntax error to Node alone, which prints it for a program that it starts. */
function withPlace(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StartError) return error;
  const { message, name, stack = '' } = error;
  const line = [path, pathToFileURL(path).href]
    .map((file) => stack.split(`${file}:`)[1])
    .find((rest) => rest !== undefined);
  if (line !== undefined)
    return new Error(`${message} (line ${Number.parseInt(line, 10)})`, { cause: error });
  return name === 'SyntaxError'
    ? new Error(`${message}; \`node ${path}\` shows where`, { cause: error })
    : error;
}
