import { closeSync, existsSync, fstatSync, openSync, renameSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { LogFile } from '../boot/log-file-plan.ts';

const writeAsync = promisify(write);
const newline = 0x0a;

/** Where output goes besides our own stdout and stderr. */
export interface Sink {
  /** In the order of the calls; resolves when it is in the file, or lost and counted. Never rejects. */
  write(chunk: Buffer): Promise<void>;
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
): Sink {
  let fd = openSync(path, 'a');
  let size = fstatSync(fd).size;
  let atLineStart = true;
  let lost: { bytes: number; readonly why: string } | undefined;
  let queue: Promise<void> = Promise.resolve();

  const rotate = (): void => {
    let count = 0;
    while (count < maxFiles - 1 && existsSync(`${path}.${count + 1}`)) count++;
    for (let number = count; number >= 1; number--)
      renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    renameSync(path, `${path}.1`);
    const next = openSync(path, 'a');
    closeSync(fd);
    fd = next;
    size = fstatSync(fd).size;
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
      return true;
    } catch (error) {
      onLoss(codeOf(error));
      return false;
    }
  };

  const take = async (chunk: Buffer): Promise<void> => {
    let rest = chunk;
    while (size + rest.length > maxBytes) {
      const cut = splitAt(rest, maxBytes - size, atLineStart && size > 0);
      // A line that is longer than a file stays whole.
      if (cut === undefined) break;
      await tryAppend(rest.subarray(0, cut));
      rest = rest.subarray(cut);
      if (!tryRotate()) break;
    }
    await tryAppend(rest);
  };

  return {
    write: (chunk) => {
      queue = queue.then(() => take(chunk));
      return queue;
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
