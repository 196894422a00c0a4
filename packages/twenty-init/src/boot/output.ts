import { write } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const writeAsync = promisify(write);

const keptLines = 20;
const keptLineLength = 2000;
/** For what is still in the pipe after the leader has ended; a descendant may hold the pipe open for ever. */
const idleMs = 100;
const retryMs = 5;

export interface CopiedOutput {
  /** Settles when everything written up to the end of the leader has been passed on. */
  drained(): Promise<void>;
  lastLines(): readonly string[];
}

/** Passes the output of a phase on, byte for byte and at the reader's pace, and remembers its last lines. */
export function copyOutput(
  sources: readonly (readonly [source: Readable, fd: number])[],
): CopiedOutput {
  const tail = lastLinesOf();
  let lastActivity = performance.now();
  let finished = false;
  const copying = Promise.all(
    sources.map(async ([source, fd]) => {
      const remember = tail.from();
      for await (const chunk of source as AsyncIterable<Buffer>) {
        remember(chunk);
        await writeAll(fd, chunk);
        lastActivity = performance.now();
      }
    }),
  ).then(() => {
    finished = true;
  });
  return {
    lastLines: tail.lines,
    drained: async () => {
      lastActivity = performance.now();
      while (!finished && performance.now() - lastActivity < idleMs)
        await Promise.race([copying, delay(idleMs / 4)]);
      for (const [source] of sources) source.destroy();
      await copying.catch(() => {}); // destroying a stream ends its iteration with an error
    },
  };
}

/** In the thread pool: a reader that has stopped must not stop the event loop, which has signals to handle. */
async function writeAll(fd: number, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    try {
      const { bytesWritten } = await writeAsync(fd, chunk, written);
      written += bytesWritten;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody made the pipe non-blocking, and it is full.
      if (code === 'EAGAIN') await delay(retryMs);
      // Nobody reads any more; the phase goes on.
      else return;
    }
  }
}

function lastLinesOf(): { from(): (chunk: Buffer) => void; lines(): readonly string[] } {
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
