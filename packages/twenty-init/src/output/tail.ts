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
        open[source] = (lines.pop() ?? '').slice(-keptLineLength);
        if (lines.length > 0)
          complete = [...complete, ...lines.map((line) => line.slice(-keptLineLength))].slice(
            -keptLines,
          );
      };
    },
    lines: () => [...complete, ...open.filter((line) => line !== '')].slice(-keptLines),
  };
}
