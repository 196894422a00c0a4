import { write } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { wallClockMs } from '../clock.ts';
import type { Sink } from './log-file.ts';
import { ownDescription } from './own-description.ts';
import { lineTail } from './tail.ts';

const writeAsync = promisify(write);

/**
 * For what is still in the pipe after the leader has ended; a descendant may hold the pipe open for ever. Looks are
 * counted and not time: between two of them the event loop has read what there was, however slow the machine is.
 */
const quietLooks = 4;
const lookEveryMs = 25;
const lastWordsMs = 1000;
const retryMs = 5;

export interface CopiedOutput {
  /** Settles when everything written up to the end of the leader has been passed on, or was given up. */
  drained(): Promise<void>;
  /** A reader that has stopped reading must not hold up the end: what it does not take in that time is lost. */
  giveUpAfter(stop: { readonly gracePeriodMs: number; readonly force?: AbortSignal }): void;
  lastLines(): readonly string[];
  /** Wall-clock time in ms; the start of the copying when there was none. */
  lastOutputAt(): number;
}

/** Passes output on, byte for byte and at the pace of the slowest reader, and remembers its last lines. */
export function copyOutput(
  sources: readonly (readonly [source: Readable, fd: 1 | 2])[],
  { sink, keepsLines = true }: { sink?: Sink | undefined; keepsLines?: boolean } = {},
): CopiedOutput {
  const tail = lineTail();
  let lastOutput = wallClockMs();
  let quiet = 0;
  let writing = 0;
  let finished = false;
  let giveUp: () => void = () => {};
  const givenUp = new Promise<void>((resolve) => {
    giveUp = () => {
      finished = true;
      resolve();
    };
  });
  const copying = Promise.all(
    sources.map(([source, fd]) => {
      const remember = tail.from();
      const file = sink?.from();
      return eachChunk(source, async (chunk) => {
        lastOutput = wallClockMs();
        if (keepsLines) remember(chunk);
        writing++;
        await Promise.all([writeAll(fd, chunk), file?.write(chunk)]);
        writing--;
        lastOutput = wallClockMs();
        quiet = 0;
      }).then(() => file?.end());
    }),
  ).then(() => {
    finished = true;
  });
  return {
    lastLines: tail.lines,
    // A reader that is slow, or has stopped, is no silence.
    lastOutputAt: () => (writing > 0 ? wallClockMs() : lastOutput),
    drained: async () => {
      quiet = 0;
      // A reader that is slow is no silence.
      for (; !finished && quiet < quietLooks; quiet += writing > 0 ? 0 : 1)
        await Promise.race([copying, givenUp, delay(lookEveryMs)]);
      for (const [source] of sources) source.destroy();
      await Promise.race([copying, givenUp]);
    },
    giveUpAfter: ({ gracePeriodMs, force }) => {
      // The time of the process itself, and a second for its last words.
      const timer = setTimeout(giveUp, gracePeriodMs + lastWordsMs);
      copying.then(() => clearTimeout(timer));
      force?.addEventListener('abort', giveUp, { once: true });
    },
  };
}

/** One chunk at a time, until the stream closes. Cheaper than `for await`, whose first use costs 1 ms of the boot. */
function eachChunk(source: Readable, take: (chunk: Buffer) => Promise<void>): Promise<void> {
  // A socket reads from its creation on: one that had nothing to say may be over before anybody listens.
  if (source.closed) return Promise.resolve();
  return new Promise((resolve) => {
    let taking: Promise<void> = Promise.resolve();
    source.on('data', (chunk: Buffer) => {
      source.pause();
      taking = take(chunk).then(() => {
        source.resume();
      });
    });
    // A pipe that breaks is one that has ended.
    source.on('error', () => {});
    source.once('close', () => resolve(taking));
  });
}

/** As node:timers/promises has it, which would be loaded at every boot. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

const pipes = new Map<number, Socket | undefined>();

/** Resolves when all of it is written, or nobody reads any more. A reader that has stopped stops nothing but this. */
export function writeAll(fd: 1 | 2, chunk: Buffer): Promise<void> {
  if (!pipes.has(fd)) pipes.set(fd, openPipe(fd));
  const pipe = pipes.get(fd);
  if (pipe === undefined) return writeInPool(fd, chunk);
  // Also called back with an error; the phase goes on.
  return new Promise((resolve) => pipe.write(chunk, () => resolve()));
}

function openPipe(fd: 1 | 2): Socket | undefined {
  const own = ownDescription(fd);
  if (own === undefined) return undefined;
  const { Socket } = process.getBuiltinModule('node:net');
  return new Socket({ fd: own, readable: false, writable: true }).on('error', () => {});
}

async function writeInPool(fd: number, chunk: Buffer): Promise<void> {
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
