import { readFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
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
  if (!isTypeScript || (process.features as { typescript?: unknown }).typescript) {
    goByTheSyntax();
    return await import(pathToFileURL(path).href);
  }
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

/** What Node 20 does not have, and its types not either. */
interface WithHooks {
  readonly registerHooks?: (hooks: {
    load(url: string, context: Context, next: Next): object;
  }) => void;
}
type Context = { readonly format?: string | null };
type Next = (url: string, context: Context) => object;

/**
 * `npm init -y` writes `"type": "commonjs"`, and Node then takes every `.ts` and `.js` for that; without a `type` it
 * guesses, with a warning. What has `import` or `export` in it is a module, whatever the package.json says. This stays
 * for what the code of the config imports later.
 */
function goByTheSyntax(): void {
  (nodeModule as WithHooks).registerHooks?.({
    load: (url, context, next) =>
      next(url, isModule(url, context) ? { ...context, format: moduleFormat(url) } : context),
  });
}

function isModule(url: string, { format }: Context): boolean {
  if (!/^file:.*\.[jt]s$/.test(url) || url.includes('/node_modules/')) return false;
  if (format?.startsWith('module') === true) return false;
  return /^\s*(import\s*[\w{*'"]|export\s)/m.test(readFileSync(fileURLToPath(url), 'utf8'));
}

function moduleFormat(url: string): string {
  return url.endsWith('.ts') ? 'module-typescript' : 'module';
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
