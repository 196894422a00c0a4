/** Hides the password of every URL in a text: `postgres://user:***@host/db`. */
export function maskUrlPasswords(text: string): string {
  // Up to the last @ before the path: a password may itself hold an unescaped @.
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#]*@/gi, '$1:***@');
}
