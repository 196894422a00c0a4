import { fileURLToPath } from 'node:url';

/** The absolute path of a fixture in `programs/`. */
export function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}
