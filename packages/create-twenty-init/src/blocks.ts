/** A part of a script. */
export type Block =
  | { readonly type: 'command'; readonly lines: readonly [string] }
  | {
      readonly type: 'if';
      readonly condition: string;
      readonly then: readonly Block[];
      readonly otherwise: readonly Block[];
      /** As it is written. */
      readonly lines: readonly string[];
    }
  | {
      readonly type: 'function';
      readonly name: string;
      readonly body: readonly Block[];
      readonly lines: readonly string[];
    }
  /** A loop, a `case`, a group, or an `if` with `elif`. */
  | { readonly type: 'other'; readonly lines: readonly string[] };

/** Puts statements together to what they are a part of. */
export function blocksOf(statements: readonly string[]): Block[] {
  let at = 0;

  const readUntil = (...ends: readonly string[]): Block[] => {
    const blocks: Block[] = [];
    while (at < statements.length && !ends.includes(firstWord(statements[at]))) blocks.push(read());
    return blocks;
  };

  const read = (): Block => {
    const start = at;
    const line = statements[at++] ?? '';
    const other = (): Block => ({ type: 'other', lines: statements.slice(start, at) });
    /** Whether the block ends there, with nothing such as a redirection behind. */
    const closes = (word: string): boolean => statements[at++] === word;
    const [, byKeyword, byBrackets] = functionHead.exec(line) ?? [];
    const name = byKeyword ?? byBrackets;
    if (name !== undefined) {
      // The brace may stand on the next line, and the first command beside it.
      if (!line.includes('{') && statements[at] === '{') at++;
      const beside = line.split('{').slice(1).join('{').trim();
      const first: Block[] = beside === '' ? [] : [{ type: 'command', lines: [beside] }];
      const body = [...first, ...readUntil('}')];
      return closes('}')
        ? { type: 'function', name, body, lines: statements.slice(start, at) }
        : other();
    }
    switch (firstWord(line)) {
      case 'if': {
        if (statements[at] === 'then') at++;
        const then = readUntil('else', 'elif', 'fi');
        if (firstWord(statements[at]) === 'elif') {
          while (at < statements.length && firstWord(statements[at]) !== 'fi') {
            at++;
            readUntil('elif', 'else', 'fi');
          }
          at++;
          return other();
        }
        let otherwise: Block[] = [];
        if (statements[at] === 'else') {
          at++;
          otherwise = readUntil('fi');
        }
        const condition = line.slice(2).trim();
        return closes('fi')
          ? { type: 'if', condition, then, otherwise, lines: statements.slice(start, at) }
          : other();
      }
      case 'for':
      case 'while':
      case 'until':
      case 'select':
        readUntil('done');
        at++;
        return other();
      case 'case':
        readUntil('esac');
        at++;
        return other();
      case '{':
        readUntil('}');
        at++;
        return other();
      default:
        return { type: 'command', lines: [line] };
    }
  };

  return readUntil();
}

const functionHead = /^(?:function\s+([\w-]+)\s*(?:\(\s*\))?|([\w-]+)\s*\(\s*\))\s*(?:\{|$)/;

function firstWord(statement: string | undefined): string {
  return /^\S+/.exec(statement ?? '')?.[0] ?? '';
}
