import { type ExitStatus, signalNumber } from '@twenty-init/core';
import { exitCodes } from '../exit-codes.ts';
import { describeExit } from './describe-exit.ts';
import type { Running } from './readiness.ts';
import type { BootState } from './state.ts';
import { inItsWords } from './stop-signal.ts';

/** The container's exit code for the end of the app. */
export function verdict(
  state: BootState,
  app: Running,
  exit: ExitStatus,
  killed: readonly number[],
): { exitCode: number; reason: string } {
  const { forwardedIsSuccess, successExitCodes, readiness } = state.plan.app;
  if (app.stopping === 'failure' && state.failure !== undefined) return state.failure;
  if (app.stopping === 'start-timeout')
    return { exitCode: exitCodes.timeout, reason: 'not ready within its startTimeout' };
  if (app.stopping === 'never-ready')
    return { exitCode: 1, reason: 'closed its notifyFd without a newline' };
  if (killed.length > 0)
    return {
      exitCode: exitCodes.killed,
      reason: state.forced ? 'SIGKILL at a second signal' : 'grace period over',
    };
  const where = isInterrupted(app, exit) ? ' on the terminal' : '';
  const how = `${describeExit(exit)}${where}`;
  const { stop } = state;
  const sent = stop === undefined ? undefined : inItsWords(stop, state.plan.app);
  if (sent !== undefined && forwardedIsSuccess && exit.exitCode === 128 + signalNumber(sent))
    return { exitCode: 0, reason: `${how}, as it was told to` };
  const isSuccess = exit.exitCode === 0 || successExitCodes.includes(exit.exitCode);
  if (isSuccess && readiness !== undefined && !app.everReady && stop === undefined)
    return { exitCode: exit.exitCode || 1, reason: 'exited before it was ready' };
  if (isSuccess && exit.exitCode !== 0)
    return { exitCode: 0, reason: `${how}, which counts as success` };
  const early = readiness !== undefined && !app.everReady ? ' before it was ready' : '';
  return { exitCode: exit.exitCode, reason: `${how}${early}` };
}

/** As a shell sees it: who sits there has ended what dies of ^C or ^\\, or exits as if it had. */
export function isInterrupted({ hasTerminal }: Running, { exitCode }: ExitStatus): boolean {
  return (
    hasTerminal &&
    (['SIGINT', 'SIGQUIT'] as const).some((signal) => exitCode === 128 + signalNumber(signal))
  );
}
