import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../harness/fixture.ts';

/** What a page shows between ``` and ```. */
export interface Snippet {
  /** From the root of the repository. */
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** The page, and its first telling line: what a test is named by. */
  readonly title: string;
}

const root = join(testFolder(), '..');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Those in a language; without one it is a picture or output. */
export const snippets: readonly Snippet[] = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(
    ([, language = '', text = '']) => ({ page, language, text, title: `${page}: ${nameOf(text)}` }),
  ),
);

export const isConfig = ({ text }: Snippet): boolean =>
  text.includes('export default defineConfig(');

/** The line that tells it from the others. */
function nameOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => !/^(import|export| {2}phases|FROM)/.test(line)) ?? '').trim();
}
