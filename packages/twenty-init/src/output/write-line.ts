import { writeSync } from 'node:fs';
import { ownDescription } from './own-description.ts';

const patienceMs = 2000;
const retryMs = 1;

let stderr: number | undefined;
let lost = 0;
let isTorn = false;

/**
 * Synchronous, and never through process.stderr: that makes an inherited pipe non-blocking for everybody. A reader that
 * has stopped reading is waited for once; what it has missed by then is counted, and told when it reads again.
 */
export function writeLine(line: string): void {
  const gap = `${isTorn ? '\n' : ''}[twenty-init: ${lost} lines lost here: nobody read]\n`;
  const bytes = Buffer.from(`${lost === 0 ? '' : gap}${line}\n`);
  const written = writeWithin(lost === 0 ? patienceMs : 0, bytes);
  lost = written === bytes.length ? 0 : lost + 1;
  // A pipe takes up to 4096 bytes in one piece.
  if (written > 0) isTorn = written < bytes.length;
}

/** How many bytes were written before a time without any was over. */
function writeWithin(timeoutMs: number, bytes: Buffer): number {
  stderr ??= ownDescription(2) ?? 2;
  let patience = timeoutMs;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(stderr, bytes, written);
      patience = timeoutMs;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') return bytes.length; // nobody reads our log any more; the boot goes on
      if (patience <= 0) return written;
      patience -= retryMs;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  }
  return bytes.length;
}
