import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file, and a file of the same house that it imports, both from its `src`. */
interface Import {
  readonly from: string;
  readonly to: string;
}

/**
 * What is wrong with the directions in which the files of a folder import each other, types included. `rooms` are the
 * folders and files in it, in order: each uses only itself and those before it.
 */
export function houseFaults(src: string, rooms: readonly string[]): string[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const imports = files.flatMap((file) => importsOf(src, file));
  const roomless = files.filter((file) => roomOf(file, rooms) === -1);
  const empty = rooms.filter((_, index) => !files.some((file) => roomOf(file, rooms) === index));
  return [
    ...empty.map((room) => `${room} is not there`),
    ...roomless.map((file) => `${file} is in no room`),
    ...imports
      .filter(({ from, to }) => roomOf(to, rooms) > roomOf(from, rooms))
      .map(({ from, to }) => `${from} imports ${to}, which comes later`),
    ...cycles(files, imports).map((cycle) => `${cycle.join(' imports ')} is a cycle`),
  ];
}

/** `from '…'`, `import '…'`, `import('…')`, of a value or of a type: what names a file by a relative path. */
const specifier = /\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g;

function importsOf(src: string, from: string): Import[] {
  return [...readFileSync(join(src, from), 'utf8').matchAll(specifier)].map(([, path = '']) => ({
    from,
    to: join(dirname(from), path),
  }));
}

function roomOf(file: string, rooms: readonly string[]): number {
  return rooms.findIndex((room) => file === room || file.startsWith(`${room}/`));
}

/** One for each import that leads back to where the search came from. */
function cycles(files: readonly string[], imports: readonly Import[]): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const { from, to } of imports) if (from === file) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
