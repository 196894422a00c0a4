import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateKeys, mayHaveDuplicateKeys } from '../../src/config/duplicate-keys.ts';

describe('a key that is written twice', () => {
  it.each([
    ['at the top', '{ "name": "a",\n "name": "b" }', 'name', 'lines 1 and 2'],
    ['in a phase', '{"phases":{"a":{"cwd":"x","cwd":"x"}}}', 'phases.a.cwd', 'lines 1 and 1'],
    ['in a list', '{"s":[{"n":1},\n{"n":2,\n"m":[1],"n":3}]}', 's.1.n', 'lines 2 and 3'],
    ['after a list', '{"a":[1,2],"b":{},"a":[]}', 'a', 'lines 1 and 1'],
    ['as another text of it', '{"a":1,"\\u0061":2}', 'a', 'lines 1 and 1'],
    ['with its colon as another text', '{"a":1,"a":"\\u003a"}', 'a', 'lines 1 and 1'],
    ['with quotes and colons in it', '{"a\\": b":1,"c":"d\\":","a\\": b":2}', 'a": b', 'lines'],
  ])('%s is told with its path and its lines', (_, json, where, lines) => {
    expect(mayHaveDuplicateKeys(json, JSON.parse(json))).toBe(true);
    expect(duplicateKeys(json)).toEqual([
      { kind: 'rule', where, what: expect.stringContaining(lines) },
    ]);
  });

  it('three times is told twice, the same key in another object not at all', () => {
    expect(duplicateKeys('{"a":1,"a":2,"b":{"a":3},"a":4}')).toHaveLength(2);
    expect(duplicateKeys('[{"a":1},{"a":2},{"b":{"a":{}}}]')).toEqual([]);
  });

  it('is never found in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        expect(duplicateKeys(json)).toEqual([]);
        expect(mayHaveDuplicateKeys(json, JSON.parse(json))).toBe(json.includes('\\u'));
      }),
    );
  });

  it('is always found when one is put in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const [key = ''] = Object.keys(value);
        const json = `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(key)}:0}`;
        expect(mayHaveDuplicateKeys(json, JSON.parse(json))).toBe(true);
        expect(duplicateKeys(json)).toEqual([expect.objectContaining({ where: key })]);
      }),
    );
  });
});
