import type { Fields } from './log.ts';
import type { Mask } from './mask.ts';

/** Words of ours and names of the config, by which lines are found: a secret that is one of them would tear them out. */
const structure = new Set([
  ...['event', 'outcome', 'exitedBy', 'cause', 'mode', 'signal', 'pids'],
  ...['phase', 'step', 'title'],
]);

/** Value by value: in the text of the JSON a secret may be escaped, or be a part of a number. */
export function maskedFields(fields: Fields, mask: Mask): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (isStructure(key)) return [key, value];
      if (typeof value === 'string') return [key, mask(value)];
      return [key, typeof value === 'object' ? maskedLines(value, mask) : value];
    }),
  );
}

export function isStructure(key: string): boolean {
  return structure.has(key);
}

/** Together: a secret may have several lines. */
export function maskedLines(lines: readonly string[], mask: Mask): string[] {
  return lines.length === 0 ? [] : mask(lines.join('\n')).split('\n');
}
