import { expansion } from '../plan/expand.ts';
import type { SecretSources } from '../plan/secret-sources.ts';
import { urlsIn } from './urls.ts';

const secretName =
  /SECRET|TOKEN|PASSW(OR)?D|PASSPHRASE|(^|_)PASS(_|$)|_PWD(_|$)|(^|_)DSN(_|$)|PRIVATE|CREDENTIAL|KEYS?(_|$)|(^|_)SALT(_|$)|CONNECTION_?STRING/i;

/** Says where secrets are, and not what: who has to mend a path has to see it. */
const pathName = /_(FILE|PATH|DIR|DIRECTORY)$/i;

/** What a variable such as TOKEN_REQUIRED holds. */
const switches = /^(true|false|yes|no|on|off|none|null|undefined|auto|default|enabled|disabled)$/i;

/**
 * Every value that is to be hidden, and the passwords of URLs on their own. `names` are variables that are secret
 * whatever they are called; those of `env.fromFiles` are too.
 */
export function secretsIn({ env, written }: SecretSources, more: readonly string[] = []): string[] {
  const names = [...more, ...fromFilesIn(written)];
  const config = inConfig(written, env);
  const values = [
    ...Object.entries(env).flatMap(([name, value = '']) =>
      names.includes(name) || isSecret(name) ? secretParts(value) : passwordsIn(value),
    ),
    ...config.secrets,
  ];
  // What a phase is called stands in the config and in every line of it.
  return [...new Set(values)].filter((value) => !switches.test(value) && !config.names.has(value));
}

function isSecret(name: string): boolean {
  return secretName.test(name) && !pathName.test(name);
}

function fromFilesIn(written: unknown): string[] {
  const { env } = (written ?? {}) as { readonly env?: { readonly fromFiles?: unknown } | null };
  const names = env?.fromFiles;
  return Array.isArray(names) ? names : [];
}

/** Code can make a config of any shape, one that is within itself too. */
function inConfig(
  written: unknown,
  env: NodeJS.ProcessEnv,
): { readonly secrets: readonly string[]; readonly names: ReadonlySet<string> } {
  const secrets: string[] = [];
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const { expand } = expansion(env);
  const look = (value: unknown, key: string): void => {
    if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value);
      if (isSecret(key)) secrets.push(...secretParts(text), ...secretParts(expand(text, '')));
      else secrets.push(...passwordsIn(text));
      if (key === 'name') names.add(text);
      return;
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    for (const [inner, item] of Object.entries(value)) {
      if (key === 'phases' || key === 'post') names.add(inner);
      look(item, Array.isArray(value) ? key : inner);
    }
  };
  look(written, '');
  return { secrets, names };
}

/** As it is written, and as the app reads it. */
function passwordsIn(text: string): string[] {
  // A boot looks at every variable: what most of them are takes no generator.
  if (!text.includes('://')) return [];
  return [...urlsIn(text)].flatMap(({ password: range }) =>
    range === undefined ? [] : spellings(text.slice(...range)),
  );
}

function spellings(text: string): string[] {
  try {
    return [text, decodeURIComponent(text)];
  } catch {
    return [text];
  }
}

/**
 * Each line, and all of them in one. Of a URL only what is secret in it: the password; else the user, which is a token;
 * else the path with its query. Its scheme and its host are in the messages of everything that uses it.
 */
function secretParts(value: string): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const { start, user, password, hostEnd } of urlsIn(value)) {
    parts.push(value.slice(end, start));
    end = hostEnd;
    const secret = password ?? user;
    if (secret === undefined) continue;
    parts.push(...spellings(value.slice(...secret)));
    // Up to the end of the path.
    end += /^[^\s?#"']*/.exec(value.slice(hostEnd))?.[0].length ?? 0;
  }
  parts.push(value.slice(end));
  return parts.flatMap((part) =>
    /[\r\n]/.test(part) ? [part, ...part.split(/[\r\n]+/).map((line) => line.trim())] : [part],
  );
}
