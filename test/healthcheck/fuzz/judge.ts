/**
 * What a whole answer means, after which the server closes the connection: `healthy`, or how the reason begins that is
 * given. Read line by line, without a state.
 */
export function judge(answer: string, alive: boolean): string {
  for (let rest = answer; ; ) {
    const head = /^HTTP\/1\.\d (\d{3})([ \r\n][\s\S]*)?$/.exec(rest);
    if (head === null) return incomplete(answer, rest);
    const status = Number(head[1]);
    const lines = linesOf(rest);
    if (status < 100 && lines.length > 0) return 'what it answered is not HTTP/1';
    const end = lines.findIndex((line, index) => index > 0 && line.text === '');
    if (end < 0) return 'closed the connection in the middle of its headers';
    if (status >= 200 || status === 101) {
      const isBooting = lines
        .slice(1, end)
        .some(({ text }) => text.toLowerCase().startsWith('boot-phase:'));
      if (status >= 200 && status < 400) return 'healthy';
      if (status !== 503 || !isBooting) return `answered ${status}\n`;
      return alive ? 'healthy' : 'answered 503, it still boots: ';
    }
    rest = rest.slice(lines[end]?.after);
  }
}

/** Of an answer that is no status line: it may be the beginning of one. */
function incomplete(answer: string, rest: string): string {
  const beginning = /^(H(T(T(P(\/(1(\.(\d( (\d{0,3})?)?)?)?)?)?)?)?)?)?$/;
  if (!beginning.test(rest))
    return ['\x15', '\x16'].includes(answer.charAt(0))
      ? 'it speaks TLS there'
      : 'what it answered is not HTTP/1';
  if (answer === '') return 'closed the connection without an answer';
  return 'closed the connection in the middle of its headers';
}

function linesOf(text: string): { readonly text: string; readonly after: number }[] {
  return [...text.matchAll(/([^\n]*)\n/g)].map((match) => ({
    text: (match[1] ?? '').replace(/\r$/, ''),
    after: match.index + match[0].length,
  }));
}
