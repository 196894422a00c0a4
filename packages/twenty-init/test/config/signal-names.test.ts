import { signalName } from '@twenty-init/core';
import { expect, it } from 'vitest';
import { stopSignals } from '../../src/config/signal-names.ts';

it('every standard signal of Linux can be the stop signal, but those that cannot be caught', () => {
  const standard = Array.from({ length: 31 }, (_, index) => signalName(index + 1));
  expect(stopSignals).toEqual(standard.filter((name) => name !== 'SIGKILL' && name !== 'SIGSTOP'));
});
