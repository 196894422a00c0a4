import type { Fields } from './log.ts';
import type { Mask } from './mask.ts';

/** Value by value: in the text of the JSON a secret may be escaped, or be a part of a number. */
export function maskedFields(fields: Fields, mask: Mask): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (typeof value === 'string') return [key, mask(value)];
      return [key, Array.isArray(value) ? value.map(mask) : value];
    }),
  );
}
