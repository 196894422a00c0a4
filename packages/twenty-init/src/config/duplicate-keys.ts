import type { Problem } from './problem.ts';

/** Whether `JSON.parse` has forgotten a part of the text, or it cannot be told at a glance. */
export function mayHaveDuplicateKeys(json: string, parsed: unknown): boolean {
  // Each key has a colon, and one that is forgotten takes it along. In a string a colon may be written as an escape.
  return json.includes('\\u') || colonsIn(json) !== colonsIn(JSON.stringify(parsed));
}

function colonsIn(text: string): number {
  return text.split(':').length - 1;
}

/** The keys that one object has twice, in a text that is valid JSON: `JSON.parse` takes the last and loses the first. */
export function duplicateKeys(json: string): Problem[] {
  const problems: Problem[] = [];
  const open: Level[] = [];
  for (const { 0: token, 1: string, 2: colon, index } of json.matchAll(tokens)) {
    const level = open.at(-1);
    if (token === '{' || token === '[') {
      open.push({ where: pathOf(level), lines: new Map(), next: token === '[' ? 0 : '' });
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',') {
      if (typeof level?.next === 'number') level.next++;
    } else if (level !== undefined && string !== undefined && colon !== undefined) {
      const key = String(JSON.parse(string));
      const line = json.slice(0, index).split('\n').length;
      const before = level.lines.get(key);
      level.next = key;
      level.lines.set(key, line);
      if (before === undefined) continue;
      problems.push({
        kind: 'rule',
        where: pathOf(level),
        what: `is written twice, in lines ${before} and ${line}: only the last one would count`,
      });
    }
  }
  return problems;
}

/** Strings, with the colon that makes a key of one, and what holds them; numbers and words are of no interest. */
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\],]/g;

/** An object or a list in the middle of which the text is. */
interface Level {
  readonly where: string;
  /** Of each key, where it stands. */
  readonly lines: Map<string, number>;
  /** The key of the value that comes next, or its index. */
  next: string | number;
}

function pathOf(level: Level | undefined): string {
  if (level === undefined) return '';
  return level.where === '' ? String(level.next) : `${level.where}.${level.next}`;
}
