/**
 * The words of a simple shell command, with `$NAME` and `${NAME}` written as `${NAME}`; undefined when it holds
 * anything that a shell would have to do: pipes, lists, redirections, substitutions, globs. With `pipes`, pipes and
 * redirections are words of their own.
 */
export function splitWords(
  line: string,
  { pipes = false }: { pipes?: boolean } = {},
): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at);
    const blank = /^\s+/.exec(rest)?.[0];
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += blank.length;
      continue;
    }
    const operator = pipes
      ? /^(\|(?![|&])|>&\d|>>?(?![>|(&])|<(?![<(&>]))/.exec(rest)?.[0]
      : undefined;
    if (operator !== undefined) {
      if (word !== undefined) words.push(word);
      words.push(operator);
      word = undefined;
      at += operator.length;
      continue;
    }
    // A shell makes a home directory of it.
    const piece = word === undefined && rest.startsWith('~') ? undefined : takePiece(rest);
    if (piece === undefined) return undefined;
    word = (word ?? '') + piece.text;
    at += piece.length;
  }
  return word === undefined ? words : [...words, word];
}

function takePiece(rest: string): { text: string; length: number } | undefined {
  const single = /^'([^']*)'/.exec(rest);
  if (single !== null)
    return { text: (single[1] ?? '').replaceAll('$', '$$$$'), length: single[0].length };
  const double = /^"((?:[^"\\`]|\\.)*)"/.exec(rest);
  if (double !== null) {
    if (double[1] === '$@' || double[1] === '${@}') return { text: '$@', length: double[0].length };
    const text = variables((double[1] ?? '').replace(/\\(["\\$`])/g, '$1'));
    return text === undefined ? undefined : { text, length: double[0].length };
  }
  if (rest.startsWith('$@')) return { text: '$@', length: 2 };
  const variable = /^\$(?:\{[^}]*\}|\w+)/.exec(rest)?.[0];
  if (variable !== undefined) {
    const text = variables(variable);
    return text === undefined ? undefined : { text, length: variable.length };
  }
  const plain = /^[^\s'"`$|&;<>()*?[\]{}\\]+/.exec(rest)?.[0];
  return plain === undefined ? undefined : { text: plain, length: plain.length };
}

function variables(text: string): string | undefined {
  const written = text.replace(/\$([A-Za-z_]\w*)/g, '${$1}');
  // A config knows these two forms; not ${1}, ${NAME%.*}, $(command) or $?.
  const others = written.replace(/\$\{[A-Za-z_]\w*(?::-[^}$]*)?\}/g, '');
  return others.includes('$') ? undefined : written;
}
