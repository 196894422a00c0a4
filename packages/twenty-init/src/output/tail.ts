import { StringDecoder } from 'node:string_decoder';

const keptLines = 20;
const keptLineLength = 2000;

export interface LineTail {
  /** A source of its own: lines of several sources do not mix. */
  from(): (chunk: Buffer) => void;
  /** Oldest first. */
  lines(): readonly string[];
}

/** Remembers the last lines of an output. */
export function lineTail(): LineTail {
  let complete: string[] = [];
  const open: string[] = [];
  return {
    from: () => {
      const decoder = new StringDecoder('utf8');
      const source = open.push('') - 1;
      return (chunk) => {
        const lines = ((open[source] ?? '') + decoder.write(chunk)).split('\n');
        open[source] = kept(lines.pop() ?? '');
        if (lines.length > 0) complete = [...complete, ...lines.map(kept)].slice(-keptLines);
      };
    },
    lines: () => [...complete, ...open.filter((line) => line !== '')].slice(-keptLines),
  };
}

/** From a blank on: what was cut in a word is no URL any more, and its password could not be told from a word. */
function kept(line: string): string {
  if (line.length <= keptLineLength) return line;
  const end = line.slice(-keptLineLength);
  return end.slice(end.search(/\s|$/)).trimStart() || end;
}
