import { existsSync, writeFileSync } from 'node:fs';
import type { End } from '../engine/report.ts';
import type { Mask } from './mask.ts';
import { maskedLines } from './masked-fields.ts';

/** Where Kubernetes reads why a container ended, unless the pod says otherwise. */
export const terminationLog = '/dev/termination-log';
/** What Kubernetes reads of it, in bytes. */
const limit = 4096;

/** Writes the reason of the end as JSON, when the file is there; nothing else makes that file. */
export function writeTerminationMessage(path: string, end: End, mask: Mask): void {
  if (!existsSync(path)) return;
  try {
    writeFileSync(path, terminationMessage(end, mask));
  } catch {
    // The platform's file and the platform's loss: the exit code says the most of it.
  }
}

/** The latest lines that fit. */
export function terminationMessage(
  { reason, phase, exitCode, exitedBy, lastLines }: End,
  mask: Mask,
): string {
  const lines = maskedLines(lastLines, mask);
  let why = mask(reason).slice(0, 1000);
  let name = phase;
  for (;;) {
    const text = JSON.stringify({
      reason: why,
      phase: name,
      exitCode,
      exitedBy,
      lastLines: lines,
    });
    if (Buffer.byteLength(text) <= limit) return text;
    // Bytes and escapes count, and not characters.
    if (lines.length > 0) lines.shift();
    else if (why.length > 100) why = why.slice(0, why.length / 2);
    else name = name?.slice(0, name.length / 2);
  }
}
