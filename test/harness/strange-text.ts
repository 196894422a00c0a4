import fc, { type Arbitrary } from 'fast-check';

/** Short bytes mostly, seldom thousands of them, and now and then a text that a parser may trip over. No NUL. */
export function strangeText(...special: readonly string[]): Arbitrary<string> {
  const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
  return fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit: byte, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: byte, minLength: 1000, maxLength: 6000 }) },
    { weight: 3, arbitrary: fc.constantFrom(...special) },
  );
}
