import { expect, it } from 'vitest';
import { terminationMessage } from '../../src/log/termination-message.ts';

it.each([
  ['characters of six bytes in JSON', '\u0001'.repeat(5000), 'migrate'],
  ['characters of four bytes', '😀'.repeat(5000), 'migrate'],
  ['a long name of the phase', 'failed', 'm'.repeat(5000)],
])('a termination message of %s has at most 4 KiB, and is JSON', (_, reason, phase) => {
  const text = terminationMessage(
    { reason, phase, exitCode: 1, exitedBy: 'phase', lastLines: ['x'.repeat(3000)] },
    (line) => line,
  );
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  expect(JSON.parse(text)).toMatchObject({ exitCode: 1, exitedBy: 'phase' });
});
