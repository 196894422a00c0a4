import { describe, expect, it } from 'vitest';
import { expansion } from '../../src/plan/expand.ts';

const env = { HOST: 'db', EMPTY: '', NESTED: '${HOST}' };

describe('variables', () => {
  it.each([
    ['${HOST}', 'db'],
    ['http://${HOST}:${PORT:-3000}/', 'http://db:3000/'],
    ['${EMPTY}', ''],
    ['${EMPTY:-x}', 'x'],
    ['${HOST:-x}', 'db'],
    ['${UNSET:-}', ''],
    ['${UNSET:-a b}', 'a b'],
    ['$$', '$'],
    ['$${HOST}', '${HOST}'],
    ['$$$${HOST}', '$${HOST}'],
    ['$HOST costs $5', '$HOST costs $5'],
    ['${NESTED}', '${HOST}'],
    ['', ''],
  ])('%s is %s', (text, expanded) => {
    const { expand, problems } = expansion(env);
    expect(expand(text, 'x')).toBe(expanded);
    expect(problems).toEqual([]);
  });

  it.each([
    [
      { kind: 'unset', variable: 'UNSET' },
      '${UNSET}',
      '${UNSET} is not set; ${UNSET:-} would allow that',
    ],
    [
      { kind: 'unset', variable: 'toString' },
      '${toString}',
      '${toString} is not set; ${toString:-} would allow that',
    ],
    [
      { kind: 'text' },
      '${A-B}',
      '"${A-B}" is not a variable: write ${NAME} or ${NAME:-text}, and $$ for a dollar',
    ],
    [
      { kind: 'text' },
      '${HOST',
      '"${HOST" is not a variable: write ${NAME} or ${NAME:-text}, and $$ for a dollar',
    ],
  ])('%j: %s is a problem', (kind, text, what) => {
    const { expand, problems } = expansion(env);
    expand(text, 'phases.one.command.1');
    expect(problems).toEqual([{ ...kind, where: 'phases.one.command.1', what }]);
  });
});
