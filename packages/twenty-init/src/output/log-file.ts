import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  write,
} from 'node:fs';
import { promisify } from 'node:util';
import type { LogFile } from '../plan/log-file.ts';

const writeAsync = promisify(write);
const newline = 0x0a;

/** Where output goes besides our own stdout and stderr. */
export interface Sink {
  /** A source of its own, whose lines are not those of another. */
  from(): SinkSource;
}

export interface SinkSource {
  /** In the order of the calls; resolves when it is in the file, or lost and counted. Never rejects. */
  write(chunk: Buffer): Promise<void>;
  /** Nothing more comes. */
  end(): void;
}

/**
 * A file that is rotated by size: `path` becomes `path.1`, that `path.2`, and so on. It is rotated between two lines
 * only. What cannot be written, on a full disk, is lost here and nowhere else; the first line that can be written
 * after it says how much. Not rotating-file-stream, which rotates between two chunks and so tears lines, and gives up
 * at an error.
 */
export function openLogFile(
  { path, maxBytes, maxFiles }: LogFile,
  onLoss: (why: string) => void,
  onNotRotated: (why: string) => void,
): Sink {
  let fd = openSync(path, 'a');
  let size = fstatSync(fd).size;
  let atLineStart = true;
  let rotates = true;
  /** The sources that are in the middle of a line. */
  const open = new Set<SinkSource>();
  let lost: { bytes: number; readonly why: string } | undefined;
  let queue: Promise<void> = Promise.resolve();

  const use = (next: number): void => {
    closeSync(fd);
    fd = next;
    size = fstatSync(fd).size;
  };

  /** All of it, or nothing: then every file is where it was, the oldest too. */
  const rotate = (): void => {
    let count = 0;
    while (count < maxFiles - 1 && existsSync(`${path}.${count + 1}`)) count++;
    const oldest = `${path}.${maxFiles}`;
    const aside = `${path}.oldest`;
    const moves: (readonly [from: string, to: string])[] = existsSync(oldest)
      ? [[oldest, aside]]
      : [];
    for (let number = count; number >= 1; number--)
      moves.push([`${path}.${number}`, `${path}.${number + 1}`]);
    moves.push([path, `${path}.1`]);
    const done: (readonly [from: string, to: string])[] = [];
    try {
      for (const move of moves) {
        renameSync(...move);
        done.unshift(move);
      }
      use(openSync(path, 'a'));
    } catch (error) {
      for (const [from, to] of done) renameSync(to, from);
      throw error;
    }
    rmSync(aside, { force: true });
  };

  /** One that somebody has deleted or moved, as logrotate does. Until it can be opened the old one goes on. */
  const reopen = (): void => {
    const { ino, dev } = fstatSync(fd);
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.ino === ino && there.dev === dev) return;
    // Not what would wait for a reader.
    if (there !== undefined && !there.isFile()) return;
    use(openSync(path, 'a'));
    open.clear();
  };

  const append = async (bytes: Buffer): Promise<void> => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await writeAsync(fd, bytes, done);
      done += bytesWritten;
      size += bytesWritten;
      atLineStart = bytes[done - 1] === newline;
    }
  };

  const tryAppend = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    let before = size;
    try {
      if (lost !== undefined) await append(gapMarker(lost, atLineStart));
      lost = undefined;
      before = size;
      await append(bytes);
    } catch (error) {
      const why = codeOf(error);
      const written = lost === undefined ? size - before : 0;
      if (lost === undefined) onLoss(why);
      lost = { bytes: (lost?.bytes ?? 0) + bytes.length - written, why };
    }
  };

  /** False when it could not be done: then the file grows on, and the next chunk tries again. */
  const tryRotate = (): boolean => {
    try {
      rotate();
      rotates = true;
    } catch (error) {
      if (rotates) onNotRotated(codeOf(error));
      rotates = false;
    }
    return rotates;
  };

  /** The line of another source is waited for, but not for ever: a prompt has no end. */
  const mustWait = (source: SinkSource, bytes: number): boolean =>
    size + bytes <= 2 * maxBytes && [...open].some((other) => other !== source);

  const take = async (source: SinkSource, chunk: Buffer): Promise<void> => {
    try {
      reopen();
    } catch {
      // Its folder is gone, or not ours any more: the file that is open takes it.
    }
    let rest = chunk;
    while (size + rest.length > maxBytes && !mustWait(source, rest.length)) {
      const cut = splitAt(rest, maxBytes - size, !open.has(source) && size > 0);
      // A line that is longer than a file stays whole.
      if (cut === undefined) break;
      await tryAppend(rest.subarray(0, cut));
      rest = rest.subarray(cut);
      open.clear();
      // On a full disk nothing was written: an empty file would push out the oldest one, and with it what is kept.
      if (size > 0 && !tryRotate()) break;
    }
    await tryAppend(rest);
    if (rest.at(-1) === newline) open.delete(source);
    else if (rest.length > 0) open.add(source);
  };

  return {
    from: () => {
      const source: SinkSource = {
        write: (chunk) => {
          queue = queue.then(() => take(source, chunk));
          return queue;
        },
        end: () => {
          queue = queue.then(() => {
            open.delete(source);
          });
        },
      };
      return source;
    },
  };
}

/** Where the chunk may be cut so that the file before ends with a line: after the last that fits, else the first. */
function splitAt(chunk: Buffer, room: number, mayStartAnew: boolean): number | undefined {
  const last = room > 0 ? chunk.lastIndexOf(newline, room - 1) : -1;
  if (last !== -1) return last + 1;
  if (mayStartAnew) return 0;
  const first = chunk.indexOf(newline);
  return first === -1 ? undefined : first + 1;
}

function gapMarker({ bytes, why }: { bytes: number; why: string }, atLineStart: boolean): Buffer {
  return Buffer.from(`${atLineStart ? '' : '\n'}[twenty-init: ${bytes} bytes lost here: ${why}]\n`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
