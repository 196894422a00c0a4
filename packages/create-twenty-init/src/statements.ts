/**
 * The statements of a script, each as it is written: ended by a line end or a `;`, without comments, and with the lines
 * of a quoted text, a subshell or a here-document in it. `then`, `else` and `do` are statements of their own.
 */
export function statementsOf(script: string): string[] {
  const statements: string[] = [];
  const delimiters: string[] = [];
  let text = '';
  let quote = '';
  let depth = 0;

  const end = (): void => {
    const statement = text.trim();
    text = '';
    const [, keyword, rest] = /^(then|else|do)\s+(.+)$/s.exec(statement) ?? [];
    if (keyword !== undefined && rest !== undefined) statements.push(keyword, rest);
    else if (statement !== '') statements.push(statement);
  };

  for (let at = 0; at < script.length; ) {
    const rest = script.slice(at);
    const [found = '', escaped, hereDocument, word] =
      quote === "'" ? [] : (special.exec(rest) ?? []);
    if (found !== '') {
      at += found.length;
      if (escaped === '\n') text += ' ';
      else if (hereDocument === undefined || quote !== '') text += found;
      else {
        text += found;
        delimiters.push(word ?? '');
      }
      continue;
    }
    const char = script[at++] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      text += char;
    } else if (char === '#' && /(^|\s)$/.test(text)) {
      at += /^[^\n]*/.exec(script.slice(at))?.[0].length ?? 0;
    } else if (char === '\n' && delimiters.length > 0) {
      const body = hereDocuments(script.slice(at), delimiters.splice(0));
      text += `\n${body.trimEnd()}`;
      at += body.length;
      if (depth === 0) end();
    } else if (depth === 0 && (char === '\n' || (char === ';' && script[at] !== ';'))) {
      end();
    } else {
      if (char === ';' && script[at] === ';') text += script[at++];
      if (char === "'" || char === '"') quote = char;
      if (char === '(') depth++;
      // The pattern of a case has no other half.
      if (char === ')') depth = Math.max(0, depth - 1);
      text += char;
      if (text.endsWith(';;') && depth === 0) end();
    }
  }
  end();
  return statements;
}

/** A backslash with what it is before; or the beginning of a here-document, and no here-string. */
const special = /^(?:\\([\s\S])|(<<-?\s*['"]?(?!<)(\w+)['"]?)|<<<)/;

/** The lines up to the last of the delimiters. */
function hereDocuments(text: string, delimiters: readonly string[]): string {
  let length = 0;
  for (const delimiter of delimiters) {
    const close = new RegExp(`^[\\t ]*${delimiter}[ \\t]*$`, 'm').exec(text.slice(length));
    length = close === null ? text.length : length + close.index + close[0].length;
  }
  return text.slice(0, length);
}
