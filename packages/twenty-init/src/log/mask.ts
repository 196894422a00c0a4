/** Takes secrets out of a text. */
export type Mask = (text: string) => string;

/** Shorter values would also hide what is no secret. */
const minimumLength = 4;
const secretName =
  /SECRET|TOKEN|PASSW(OR)?D|PASSPHRASE|(^|_)PASS(_|$)|(^|_)DSN(_|$)|PRIVATE|CREDENTIAL|(API|ACCESS|ENCRYPTION)_?KEY/i;

/** Says where secrets are, and not what: who has to mend a path has to see it. */
const pathName = /_FILE$|^CREDENTIALS_DIRECTORY$/i;

/**
 * Hides the passwords of URLs, the values of the variables named, and those of every variable whose name says that it
 * is a secret. The password of a URL in the environment is hidden on its own too.
 */
export function maskFor(env: NodeJS.ProcessEnv, names: readonly string[] = []): Mask {
  // Not before there is something to mask: reading the whole environment takes Node half a millisecond.
  let secrets: readonly string[] | undefined;
  return (text) => {
    secrets ??= secretsIn(env, names);
    return secrets.reduce(
      (masked, value) => masked.replaceAll(value, '***'),
      maskUrlPasswords(text),
    );
  };
}

function secretsIn(env: NodeJS.ProcessEnv, names: readonly string[]): readonly string[] {
  return (
    Object.entries(env)
      .flatMap(([name, value = '']) => [
        ...(names.includes(name) || isSecret(name) ? value.split('\n') : []),
        ...passwordsIn(value),
      ])
      .filter((value) => value.length >= minimumLength)
      // The longest first: one secret may be a part of another.
      .sort((a, b) => b.length - a.length)
  );
}

function isSecret(name: string): boolean {
  return secretName.test(name) && !pathName.test(name);
}

// Up to the last @ before the path: a password may itself hold an unescaped @.
const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):([^\s/?#]*)@/gi;

function passwordsIn(text: string): string[] {
  if (!text.includes('://')) return [];
  return [...text.matchAll(urlPassword)].map(([, , password = '']) => password);
}

/** `postgres://user:***@host/db` */
export function maskUrlPasswords(text: string): string {
  return text.replace(urlPassword, '$1:***@');
}
